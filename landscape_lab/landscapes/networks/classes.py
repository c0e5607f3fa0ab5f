"""Predictions of many members against the same classes, in as few passes over them as possible."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from landscape_lab.landscapes.networks.losses import accuracy, cross_entropy, samples_last

_cross_entropies, _accuracies = samples_last(cross_entropy), samples_last(accuracy)


class Classes:
    """The classes of some samples as a mask, so that one product of matrices picks and sums.

    `mask`, `[outputs · samples]`, is 1 at the class of each sample: predictions
    `[members, outputs · samples]` times the mask are sums over their classes. To gather these and
    take the mean needs a third of the time of a small network.

    Args:
        target: The class of each sample.
        like: Predictions of these samples, `[members, outputs, samples]`.

    >>> logits = torch.tensor([[[3.0, 0.0], [1.0, 1.0]]])
    >>> Classes(torch.tensor([0, 0]), logits).accuracies(logits)
    tensor([0.5000])
    """

    def __init__(
        self, target: Int[Tensor, " samples"], like: Float[Tensor, "members outputs samples"]
    ) -> None:
        self.target = target.long()
        own = torch.zeros_like(like[0]).scatter_(0, self.target[None], 1)
        self.mask = own.flatten()

    def cross_entropies(
        self, prediction: Float[Tensor, "members outputs samples"]
    ) -> Float[Tensor, " members"]:
        """The mean of `-log softmax` at the class of each sample."""
        sums = prediction.log_softmax(1).flatten(1) @ self.mask
        if not bool(sums.isfinite().all()):  # 0 · -inf is NaN: what is not picked may be infinite
            return _cross_entropies(prediction, self.target)
        return sums / -len(self.target)

    def accuracies(self, prediction: Float[Tensor, "members outputs samples"]) -> Float[Tensor, " members"]:
        """The share of samples whose class has the highest logit, the first of several that share it."""
        prediction = prediction.detach()
        best = (prediction == prediction.amax(1, keepdim=True)).flatten(1).to(prediction.dtype)
        if int(best.sum()) != len(best) * len(self.target):  # ties, or NaN
            return _accuracies(prediction, self.target)
        return best @ self.mask / len(self.target)
