"""Torch's random numbers, for a while those of one member."""

import torch
from torch import Tensor


class RandomNumbers:
    """For a while, torch's random numbers are a member's own.

    Args:
        states: Of the random numbers of all members; empty where they have none of their own.
        number: Which member.
    """

    def __init__(self, states: list[Tensor], number: int) -> None:
        self.states = states
        self.number = number

    def __enter__(self) -> None:
        if self.states:
            self.outer = torch.get_rng_state()
            torch.set_rng_state(self.states[self.number])

    def __exit__(self, *_: object) -> None:
        if self.states:
            self.states[self.number] = torch.get_rng_state()
            torch.set_rng_state(self.outer)
