"""Optimizers: how any torch optimizer is built and called."""

from landscape_lab.optimizers.adapters import build_optimizer, closure_step

__all__ = ["build_optimizer", "closure_step"]
