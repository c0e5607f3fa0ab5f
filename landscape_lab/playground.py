"""`python -m landscape_lab.playground [landscape=…] [key=value…]`: play with real optimizers.

The page is that of a run, on an address that only this machine reaches: a click runs the real optimizer
exactly, any of the catalogue, at any rate. One may draw a landscape and race on it; the page tells which
command repeats what is seen. The words are those of a run: `landscape=rosenbrock optimizer=lion
optimizer.lr=0.01 steps=500`. `port=8000` chooses where it listens, `open=true` shows it in a browser. Nothing
is written. Ctrl-C ends it.
"""

import sys
import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import yaml
from omegaconf import DictConfig

from landscape_lab.assembly import about_of, factories_of, landscape_of
from landscape_lab.configuration.composed import chosen_names, key_of, typed
from landscape_lab.configuration.composing import composed
from landscape_lab.drawing.report import Report
from landscape_lab.drawing.report.page import page
from landscape_lab.errors import answer, one_line, tell
from landscape_lab.keys.callbacks import PLAYGROUND
from landscape_lab.keys.optimizers import AUTO
from landscape_lab.lab import prepared
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.playing import OPTIMIZERS, Player, check_playable
from landscape_lab.playing.asked import STEPS
from landscape_lab.playing.ground import Ground, Landscaped, Own
from landscape_lab.playing.playable import without_augmentations
from landscape_lab.playing.server import Desk, Server
from landscape_lab.process.threads import using
from landscape_lab.staging import scene_of


@PLAYGROUND.checks_class
@dataclass(frozen=True)
class Asked:
    """How the page is served.

    Args:
        port: 0 for any that is free.
        open: Whether a browser shows it.
    """

    port: int = 0
    open: bool = False


@one_line(__doc__)
def main() -> None:
    """Serve the page until Ctrl-C."""
    mine = [word for word in sys.argv[1:] if key_of(word) in PLAYGROUND.keys]
    words = [word for word in sys.argv[1:] if word not in mine]
    asked = Asked(**{key_of(word): yaml.safe_load(word.partition("=")[2]) for word in mine})
    with using(1):  # points of two numbers
        desk = desk_of(words)
        with serving(desk, asked.port) as server:
            answer(server.address)
            sys.stdout.flush()
            if asked.open:
                webbrowser.open(server.address)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                tell("The playground is closed.")


def serving(desk: Desk, port: int) -> Server:
    """A server on a port.

    Raises:
        ValueError: Somebody else listens there.
    """
    try:
        return Server(desk, port)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ValueError(f"Parameter `port` should be free. Found `port = {port}`: {reason}.") from error


def desk_of(words: Sequence[str]) -> Desk:
    """What answers a browser.

    Args:
        words: Of a run.

    Raises:
        ValueError: The landscape has not two dimensions, or a word is none of a run.
    """
    cfg, hydra = composed(words)
    cfg = prepared(cfg, hydra)
    chosen = chosen_names(hydra.runtime.choices, typed(hydra), cfg)
    landscape, _ = landscape_of(cfg)
    check_playable(landscape)
    clean = without_augmentations(cast(PointLandscape, landscape))
    named, settings = words_of(words, "landscape", chosen), words_of(words, "optimizer", chosen)
    own = Own(own_player(cfg, chosen["optimizer"]), settings)
    ground = Ground(Landscaped(clean, named), own, cfg.seed)
    scene = scene_of(clean, [])
    told = ground.told(min(cfg.steps, STEPS), OPTIMIZERS)
    title = f"{chosen['landscape']} · playground"
    return Desk(ground, page(Report(title, about_of(cfg, chosen["landscape"]), scene, sections=told)))


def own_player(cfg: DictConfig, name: str) -> Player:
    """The optimizer of the command, as it is set there."""
    if cfg.optimizer.get("lr") == AUTO:
        raise ValueError("Parameter `optimizer.lr` should be a number here. Found `optimizer.lr = auto`.")
    return Player.of(name, factories_of(cfg)[0])


def words_of(words: Sequence[str], group: str, chosen: Mapping[str, str]) -> tuple[str, ...]:
    """The words of a command line that are about a group, its choice among them, but no learning rate."""
    about = [word for word in words if key_of(word).partition(".")[0] == group]
    named = [] if group in map(key_of, about) else [f"{group}={chosen[group]}"]
    return (*named, *(word for word in about if key_of(word) != "optimizer.lr"))


if __name__ == "__main__":
    main()
