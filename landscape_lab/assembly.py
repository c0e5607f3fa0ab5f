"""From a configuration to objects: the landscape with its members, the optimizer's factory, the descent."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from omegaconf import DictConfig

from landscape_lab.augmentations import augment
from landscape_lab.configuration.composed import plain
from landscape_lab.descent import Descent
from landscape_lab.ensemble import Ensemble, make_ensemble
from landscape_lab.errors import tell
from landscape_lab.escaping import visible
from landscape_lab.instantiation import build, factory_of, settings_of
from landscape_lab.keys.optimizers import AUTO
from landscape_lab.keys.running import MEASURED, NEARNESS
from landscape_lab.landscapes import Landscape, NetworkLandscape
from landscape_lab.networking import build_network, is_network, settle_length
from landscape_lab.optimizers.factories import BASES, Factory, asks_for_rate
from landscape_lab.optimizers.groups import KEY, with_rate
from landscape_lab.optimizers.matching import settled, told
from landscape_lab.optimizers.own import with_own
from landscape_lab.optimizers.probing import takes_part
from landscape_lab.optimizers.rehearsal import rehearse
from landscape_lab.optimizers.schedulers import SchedulerFactory
from landscape_lab.planes import PlaneSettings
from landscape_lab.records.measured import results_of

OF_MEMBERS = ("best_lr", "diverged_fraction")
"""The objectives that only an ensemble has."""


FindRate = Callable[[Landscape, Ensemble], float | None]
"""Chooses a rate for a landscape without augmentations, which it leaves as it is, and its members."""


def build_descent(
    cfg: DictConfig, names: dict[str, str], points_file: Path, find_rate: FindRate = lambda *_: None
) -> Descent:
    """The descent of a configuration.

    Args:
        cfg: The composed configuration.
        names: What the landscape and the optimizer are called.
        points_file: Where points go that are too large for memory.
        find_rate: Finds the learning rate, where the configuration leaves it open.
    """
    chosen = factories_of(cfg)
    bare, ensemble = bare_landscape(cfg)
    rate = find_rate(bare, ensemble)
    landscape = seen(cfg, bare, ensemble)
    optimizer, scheduler = with_own(*chosen, landscape, cfg.steps)
    optimizer = _at_rate(optimizer, rate, ensemble.rates)
    traits = rehearse(optimizer, scheduler, cfg.steps)
    if landscape.births and not takes_part(optimizer, traits):
        tell(
            f"{names['optimizer']} has to step all parameters, so all are there from the start: "
            "landscape.until=0."
        )
        landscape, ensemble = landscape_of(cfg, until=0)
    optimizer = settled(optimizer, landscape)
    _tell_groups(optimizer, landscape)
    _check_objective(cfg, landscape)
    if (changed := landscape.suit(traits.exact)) is not None:
        tell(
            f"{names['optimizer']} gets {changed}, which it needs; landscape.gradient=pixel keeps the other."
        )
    rates = ensemble.rates if rate is None else (rate,)
    return Descent(
        landscape,
        optimizer,
        cfg.steps,
        steps_per_batch=cfg.steps_per_batch,
        records=cfg.records,
        label=label_of(cfg, names["optimizer"], names["landscape"], rates),
        scheduler=scheduler,
        traits=traits,
        ensemble=ensemble,
        target=default_target(landscape) if cfg.target is None else cfg.target,
        points_file=points_file,
    )


def _at_rate(optimizer: Factory, found: float | None, rates: Sequence[float] | None) -> Factory:
    """The optimizer at the rate that was found; one that asks for a rate, at the first that members bring."""
    if found is None and rates is not None and asks_for_rate(optimizer):
        found = rates[0]
    return optimizer if found is None else with_rate(optimizer, found)


def factories_of(cfg: DictConfig) -> tuple[Factory, SchedulerFactory | None]:
    """The optimizer and the schedule; a learning rate that is left open is that of the class."""
    left_open = ["lr"] if cfg.optimizer.get("lr") == AUTO else []
    optimizer = factory_of(cfg, "optimizer", written=[KEY, *BASES, *left_open])
    for name in left_open:
        del optimizer.keywords[name]
    return optimizer, factory_of(cfg, "scheduler") if cfg.scheduler else None


def _tell_groups(optimizer: Factory, landscape: Landscape) -> None:
    """One line about which class steps which parameters, where there are groups."""
    groups = [
        f"{group['class']} ({group['match']}) {group['weights']:,} weights (tensors: {group['tensors']})"
        for group in told(optimizer, landscape)
    ]
    if len(groups) > 1:
        tell(f"Parameter groups: {'; '.join(groups)}.")


def label_of(
    cfg: DictConfig, optimizer: str, landscape: str | None = None, rates: Sequence[float] | None = None
) -> str:
    """What a picture calls a run; with the learning rates of its members, if these differ."""
    rates = rates or [rate for rate in [cfg.optimizer.get("lr")] if isinstance(rate, int | float)]
    lr = f", lr {min(rates):g}" + (f" … {max(rates):g}" if len(rates) > 1 else "") if rates else ""
    return visible((optimizer if landscape is None else f"{landscape} · {optimizer}") + lr)


def about_of(cfg: DictConfig, name: str) -> str:
    """What explains the pictures of a run beside its label: what steps see, and on what.

    Args:
        cfg: The composed configuration.
        name: What the landscape is called.
    """
    landscape = plain(cfg.landscape)
    told = [str(landscape[name]) for name in ("expression", "fn") if isinstance(landscape.get(name), str)]
    files = [Path(landscape["image"])] if isinstance(landscape.get("image"), str) else []
    told += [file.name for file in files if file.stem != name]
    told += [f"{dims} dimensions" for dims in [landscape.get("dims")] if isinstance(dims, int) and dims > 2]
    given = [key for key in ("bounds", "boundary") if landscape.get(key) not in (None, "hard", "none")]
    told += [f"{key} {landscape[key]}" for key in given]
    told += [_in_words(kind, plain(node)) for kind, node in (cfg.augmentation or {}).items()]
    told += [f"schedule {node.get('_target_', '').rpartition('.')[2]}" for node in [cfg.scheduler] if node]
    return visible(" · ".join(told))


def _in_words(name: str, settings: Mapping[str, object]) -> str:
    """An augmentation and its numbers."""
    numbers = [f"{key} {value:g}" for key, value in settings.items() if type(value) in (int, float)]
    return f"{name.replace('_', ' ')}{': ' if numbers else ''}{', '.join(numbers)}"


def build_landscape(cfg: DictConfig, **changes: Any) -> Landscape:
    """The landscape of a configuration with its own members; `changes` replace settings of its node.

    The length of a network's training is settled here, because its data are there now.
    """
    if not is_network(cfg):
        return build(cfg.landscape, **changes)
    landscape = build_network(cfg)
    settle_length(cfg, landscape)
    return landscape


def landscape_of(cfg: DictConfig, **changes: object) -> tuple[Landscape, Ensemble]:
    """The landscape of a configuration with its members and its augmentations; `changes` replace settings."""
    bare, ensemble = bare_landscape(cfg, **changes)
    return seen(cfg, bare, ensemble), ensemble


def seen(cfg: DictConfig, bare: Landscape, ensemble: Ensemble) -> Landscape:
    """A landscape without augmentations, with its members and as they see it."""
    if isinstance(bare, NetworkLandscape):
        is_it = len(ensemble) == 1 and ensemble.seeds == (cfg.seed,)
    else:
        is_it = torch.equal(ensemble.points, bare.flat())
    return augmented(cfg, bare if is_it else with_members(bare, ensemble), ensemble)


def bare_landscape(cfg: DictConfig, **changes: object) -> tuple[Landscape, Ensemble]:
    """The landscape of a configuration without augmentations, and who its members will be."""
    wanted: dict[str, Any] = settings_of(cfg.ensemble) if "ensemble" in cfg else {}
    changes |= {} if cfg.start is None else {"start": plain(cfg.start)}
    if isinstance(wanted.get("starts"), list) and not is_network(cfg):  # which refuses them
        changes["start"], wanted["starts"] = wanted["starts"], None
    landscape = build_landscape(cfg, **changes)
    return landscape, make_ensemble(landscape, **wanted, seed=cfg.seed)


def with_members(landscape: Landscape, ensemble: Ensemble) -> Landscape:
    """A landscape like this one, with new members at their starts."""
    if isinstance(landscape, NetworkLandscape):
        return landscape.with_members(ensemble.points, ensemble.seed_of_member)
    return landscape.with_members(ensemble.points)


def augmented(cfg: DictConfig, landscape: Landscape, ensemble: Ensemble) -> Landscape:
    """The landscape as its members see it."""
    augmentations = [_augmentation(name, node) for name, node in (cfg.augmentation or {}).items()]
    return augment(landscape, augmentations, ensemble.seed_of_member)


def plane_settings(cfg: DictConfig) -> PlaneSettings:
    """How a configuration chooses the plane of its pictures; one without the group `plane`, by default."""
    return PlaneSettings(**settings_of(cfg.plane)) if "plane" in cfg else PlaneSettings()


def default_target(landscape: Landscape) -> float | None:
    """The loss to reach: a hundredth of the way from the known minimum up to the median start, or `None`."""
    if landscape.minima is None:
        return None
    begin = landscape.evaluate(landscape.flat()).nanmedian()
    lowest = landscape.evaluate(landscape.minima).min()
    return float(lowest + 0.01 * (begin - lowest))


def _augmentation(name: Any, node: Any) -> Any:
    """One augmentation; a value for one that was not chosen is told."""
    if "_target_" not in node:
        keys = ", ".join(f"`augmentation.{name}.{key}`" for key in node)
        raise ValueError(
            f"The augmentation `{name}` should be chosen to be changed: augmentation={name}. Found {keys}."
        )
    return build(node)


def _check_objective(cfg: DictConfig, landscape: Landscape) -> None:
    """Raise `ValueError` where a run cannot have a result that a sweep is to make best."""
    measured = results_of(landscape)
    for name in [cfg.objective] if isinstance(cfg.objective, str) else cfg.objective:
        if name in MEASURED and name not in measured:
            if name in NEARNESS:
                raise ValueError(f"Parameter `objective` may be {name} only of landscape=shapes. Found none.")
            held_out = " and data.validation" if name.startswith("validation") else ""
            raise ValueError(
                f"Parameter `objective` may be {name} only of a network that is measured by it: "
                f"landscape=network with a metric{held_out}. Found none."
            )
        if landscape.members == 1 and name in OF_MEMBERS:
            raise ValueError(
                f"Parameter `objective` may be {name} only of many members: ensemble=lr_sweep. "
                "Found one member."
            )
