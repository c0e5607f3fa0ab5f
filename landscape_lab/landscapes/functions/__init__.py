"""The catalogue of test functions.

A new one is a decorated function in the module where it belongs, and a YAML of two lines.

The formulas of many are collected by S. Surjanovic and D. Bingham, Virtual Library of Simulation
Experiments, sfu.ca/~ssurjano.
"""

from landscape_lab.landscapes.functions import bowls, hilly, ridges, valleys
from landscape_lab.landscapes.functions.catalogue import CATALOGUE, Formula, formula

__all__ = ["CATALOGUE", "Formula", "bowls", "formula", "hilly", "ridges", "valleys"]
