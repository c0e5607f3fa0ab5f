"""What steps did to each layer: norms, ratios, angles and noise, from a few sums over each tensor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

SUMS = ("gradient_squared", "weight_squared", "update_squared", "update_gradient", "variance", "signal")
"""What is summed over the numbers of a tensor: |g|², |w|², |u|², u·g, and the estimates of tr Σ and |G|²."""
QUANTITIES = ("gradient_norm", "weight_norm", "update_ratio", "cosine", "noise_scale")
"""What follows from the sums."""
AVERAGED = 10
"""So many measurements of the noise are averaged: a single one is almost all chance."""


@dataclass(frozen=True)
class LayerCurves:
    """Measurements of a descent's steps, layer by layer.

    Args:
        steps: Which steps were measured, int64 `[k]`.
        names: Of the rows: single tensors, or tensors that are counted together.
        together: How many rows, the first of them, are of several tensors.
        sums: Float64 `[k, rows, 6]`, as `SUMS` names them; NaN where the noise is not known.
    """

    steps: np.ndarray
    names: tuple[str, ...]
    together: int
    sums: np.ndarray

    @classmethod
    def of_tensors(
        cls,
        steps: np.ndarray,
        sums: np.ndarray,
        names: Sequence[str],
        groups: Mapping[str, Sequence[int]],
    ) -> "LayerCurves":
        """The curves of tensors, and before them those of groups: a sum over a group is that of its tensors.

        Args:
            steps: `[k]`.
            sums: Of each tensor, `[k, tensors, 6]`.
            names: Of the tensors.
            groups: The numbers of the tensors in each group.
        """
        parts = [sums[:, list(numbers)].sum(axis=1, keepdims=True) for numbers in groups.values()]
        return cls(steps, (*groups, *names), len(groups), np.concatenate([*parts, sums], axis=1))

    def values(self) -> dict[str, np.ndarray]:
        r"""The quantities that were measured, `[k, rows]` each; NaN where there is none.

        With the gradient g and the update u = w' - w of a step from w to w': |g|, |w|, |u|/|w|, the cosine
        -u·g / (|u||g|), and the simple noise scale tr Σ / |G|², both averaged over the last `AVERAGED`
        measurements before they are divided.
        """
        gradient, weight, update, product, variance, signal = np.moveaxis(self.sums, -1, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = {
                "gradient_norm": np.sqrt(gradient),
                "weight_norm": np.sqrt(weight),
                "update_ratio": _known(np.sqrt(update / weight)),
                "cosine": _known(-product / np.sqrt(update * gradient)),
                "noise_scale": noise_scale(variance, signal),
            }
        return {name: each for name, each in found.items() if np.isfinite(each).any()}


def noise_scale(variance: np.ndarray, signal: np.ndarray) -> np.ndarray:
    r"""The simple noise scale :math:`B_{simple} = \operatorname{tr} Σ / |G|^2` from estimates of both.

    G is the gradient of all data and Σ the covariance of the gradients of single samples: of a batch
    much smaller than that, a gradient is mostly noise; of one much larger, most samples are wasted
    (McCandlish et al., "An Empirical Model of Large-Batch Training", 2018, equation 2.9). Each estimate
    is without bias, their ratio is not; so both are averaged first, over the last `AVERAGED` measurements.

    Args:
        variance: Estimates of tr Σ, `[k, rows]`.
        signal: Estimates of |G|², which may be negative, alike.

    Returns:
        `[k, rows]`; NaN where the average of |G|² is not positive: the noise hides the gradient.
    """
    known = np.isfinite(variance) & np.isfinite(signal)
    above, below = (_recent(np.where(known, each, 0.0)) for each in (variance, signal))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(known & (below > 0), above / below, np.nan)


def _recent(values: np.ndarray) -> np.ndarray:
    """The sums over the last `AVERAGED` lines, or over as many as there are."""
    padded = np.concatenate([np.zeros((AVERAGED - 1, *values.shape[1:])), values])
    return np.lib.stride_tricks.sliding_window_view(padded, AVERAGED, axis=0).sum(axis=-1)


def _known(values: np.ndarray) -> np.ndarray:
    """NaN instead of infinity: weights that are all zero have no ratio."""
    return np.where(np.isfinite(values), values, np.nan)
