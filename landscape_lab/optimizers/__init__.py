"""Optimizers: how any torch optimizer is built and called, and those that no well-kept library has."""

from landscape_lab.optimizers.adapters import adapt, closure_step
from landscape_lab.optimizers.cma_es import CMAES
from landscape_lab.optimizers.composite import Composite
from landscape_lab.optimizers.conjugate_gradient import NonlinearConjugateGradient
from landscape_lab.optimizers.evolution_strategy import EvolutionStrategy
from landscape_lab.optimizers.greedy import Greedy
from landscape_lab.optimizers.line_search import ArmijoLineSearch
from landscape_lab.optimizers.newton import Newton
from landscape_lab.optimizers.pgpe import PGPE
from landscape_lab.optimizers.probing import probe
from landscape_lab.optimizers.random_search import RandomSearch
from landscape_lab.optimizers.recipe import build_optimizer
from landscape_lab.optimizers.scipy_methods import ScipyMinimizer
from landscape_lab.optimizers.sophia_g import SophiaG
from landscape_lab.optimizers.traits import Traits

__all__ = [
    "CMAES",
    "PGPE",
    "ArmijoLineSearch",
    "Composite",
    "EvolutionStrategy",
    "Greedy",
    "Newton",
    "NonlinearConjugateGradient",
    "RandomSearch",
    "ScipyMinimizer",
    "SophiaG",
    "Traits",
    "adapt",
    "build_optimizer",
    "closure_step",
    "probe",
]
