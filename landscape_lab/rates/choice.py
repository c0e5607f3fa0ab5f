"""The learning rate that a configuration leaves open."""

from collections.abc import Mapping
from pathlib import Path

from omegaconf import DictConfig

from landscape_lab.assembly import augmented, factories_of, with_members
from landscape_lab.ensemble import Ensemble
from landscape_lab.errors import tell
from landscape_lab.keys.optimizers import AUTO
from landscape_lab.landscapes import Landscape
from landscape_lab.optimizers.factories import parts_of, takes_rate
from landscape_lab.optimizers.own import with_own
from landscape_lab.optimizers.probing import probe
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.process.random_states import kept_random_states
from landscape_lab.rates.search import MEMBERS, RateSearch, ShortDescents, search_rate
from landscape_lab.runs import Run


def settled_search(
    cfg: DictConfig, names: dict[str, str], begun: Path | None, bare: Landscape, ensemble: Ensemble
) -> RateSearch | None:
    """The search of `optimizer.lr=auto`, or `None` where a rate is given, or there is none.

    Args:
        cfg: The composed configuration.
        names: What the landscape and the optimizer are called.
        begun: The checkpoint from which the run goes on: then the rate is what it was before.
        bare: The landscape without augmentations; it and all random numbers stay as they are.
        ensemble: Who its members will be.

    Raises:
        ValueError: The members of an ensemble have learning rates of their own.
    """
    if cfg.optimizer.get("lr") != AUTO:
        return None
    if begun is not None and (before := Run(begun.parents[1]).search_file).is_file():
        return RateSearch.load(before)
    with kept_random_states():
        return search_of(cfg, names, bare, ensemble)


def search_of(
    cfg: DictConfig, names: dict[str, str], bare: Landscape, ensemble: Ensemble
) -> RateSearch | None:
    """Choose a learning rate by short descents; `None` where the optimizer has none."""
    optimizer, scheduler = factories_of(cfg)
    if not takes_rate(parts_of(optimizer).maker):
        tell(f"{names['optimizer']} has no learning rate that could be chosen.")
        return None
    if ensemble.rates is not None:
        raise ValueError(
            "Parameter `optimizer.lr` may be auto only where members have no rates of their own: give either "
            "it or `ensemble.lr`. Found both."
        )
    few = ensemble.sample(MEMBERS)
    optimizer, scheduler = with_own(optimizer, scheduler, bare, cfg.steps)
    recipe = Recipe(optimizer, scheduler, cfg.steps, probe(optimizer, cfg.steps))

    def members() -> Landscape:
        return augmented(cfg, with_members(bare, few), few)

    found = search_rate(ShortDescents(members, few, recipe, cfg.seed), cfg.steps)
    tell(f"optimizer.lr=auto chose {found.chosen:g} with {found.evaluations:,} evaluations.")
    return found


def advice(cfg: DictConfig, optimizer: str, results: Mapping[str, object]) -> str:
    """What to do about a run that diverged."""
    rate = results.get("lr") or cfg.optimizer.get("lr")
    where = f"{optimizer} diverged in step {results['steps']}"
    if not isinstance(rate, int | float):
        return f"{where}: try others of its settings."
    if "lr_search" in results:
        return f"{where} at lr {rate:g}, and before at higher ones: try others of its settings."
    return f"{where} at lr {rate:g}: try a smaller one, or optimizer.lr=auto."
