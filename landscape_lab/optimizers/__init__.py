"""Optimizers: how any torch optimizer is built and called, and those that no well-kept library has."""

from landscape_lab.optimizers.adapters import adapt, closure_step
from landscape_lab.optimizers.building import build_optimizer
from landscape_lab.optimizers.traits import Traits, probe

__all__ = ["Traits", "adapt", "build_optimizer", "closure_step", "probe"]
