"""Data that networks learn from: made here, or read from files in their usual formats."""

from landscape_lab.data.building import build_data
from landscape_lab.data.clouds import moons, random_labels, spirals
from landscape_lab.data.images import cifar10, digits, fashion_mnist, mnist
from landscape_lab.data.samples import Data
from landscape_lab.data.sequences import digit_sum, text
from landscape_lab.data.tables import table

__all__ = [
    "Data",
    "build_data",
    "cifar10",
    "digit_sum",
    "digits",
    "fashion_mnist",
    "mnist",
    "moons",
    "random_labels",
    "spirals",
    "table",
    "text",
]
