"""Who of an ensemble shares an optimizer."""

from dataclasses import replace

from landscape_lab.ensemble import Ensemble
from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.factories import Factory, parts_of
from landscape_lab.optimizers.groups import groups_of, with_rate
from landscape_lab.optimizers.layouts import Joint, Layout
from landscape_lab.optimizers.matching import settled
from landscape_lab.optimizers.own import Own
from landscape_lab.optimizers.probing import probe
from landscape_lab.optimizers.problem import are_vectors
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.optimizers.separate import Separate
from landscape_lab.optimizers.traits import Traits
from landscape_lab.optimizers.trial import Verdict, try_joint


def arrange(landscape: Landscape, ensemble: Ensemble, recipe: Recipe) -> tuple[Verdict, Layout]:
    """The optimizers of all members: one for all, or one for each.

    Args:
        landscape: Whose parameters they move.
        ensemble: Who the members are, and which layout the user wants.
        recipe: What an optimizer is made of.

    Returns:
        Whether the members share an optimizer, with the reason; and the optimizers.
    """
    rates = ensemble.rate_of_member
    recipe = replace(recipe, factory=settled(recipe.factory, landscape))
    if rates is not None and len(set(rates)) == 1:  # then nothing tells the members apart
        recipe, rates = replace(recipe, factory=with_rate(recipe.factory, rates[0])), None
    verdict = _verdict(landscape, ensemble, recipe, rates is not None)
    recipe = recipe.growing(landscape)
    if verdict.joint:
        return verdict, Joint(landscape, recipe, rates)
    seeds = ensemble.seed_of_member if verdict.draws else None
    return verdict, Separate(landscape, recipe, rates, seeds)


def _verdict(landscape: Landscape, ensemble: Ensemble, recipe: Recipe, rates: bool) -> Verdict:
    """Whether the members share an optimizer; where nobody says so, a trial shows whether they can."""
    if len(ensemble) == 1:
        return Verdict(joint=True, draws=False, why="a single member")
    if isinstance(parts_of(recipe.factory).maker, Own) and ensemble.layout == "auto":
        return Verdict(joint=False, draws=True, why="the module configures one for each member")
    if ensemble.layout != "auto":
        return Verdict(ensemble.layout == "joint", draws=True, why=f"ensemble.layout={ensemble.layout}")
    tensors = not are_vectors(landscape)
    verdicts = [
        try_joint(factory, traits, recipe.scheduler, rates=rates, tensors=tensors)
        for factory, traits in _alone(recipe)
    ]
    against = next((one for one in verdicts if not one.joint), verdicts[0])
    return replace(against, draws=any(one.draws for one in verdicts))


def _alone(recipe: Recipe) -> list[tuple[Factory, Traits]]:
    """What steps each group of parameters, and how it wants to be called."""
    groups = groups_of(recipe.factory)
    if len(groups) == 1:
        return [(groups[0].factory, recipe.traits)]
    return [(group.factory, probe(group.factory, recipe.steps)) for group in groups]
