"""A small transformer."""

import math

import torch
from torch import Tensor, nn

from landscape_lab.validation import check_count


class Transformer(nn.Module):
    """A decoder as in GPT: each position sees itself and what comes before it.

    Args:
        tokens: How many different tokens there are.
        length: How many tokens a sample has at most.
        outputs: How many classes are predicted.
        per_position: Whether each position predicts; else only the last, which has seen them all.
        width: Numbers that stand for a token.
        layers: How many layers.
        heads: How many heads of attention, a divisor of `width`.

    Raises:
        ValueError: A size is not a positive whole number, or `heads` does not divide `width`.

    References:
        Radford et al. 2019, "Language models are unsupervised multitask learners".
    """

    def __init__(
        self,
        tokens: int,
        length: int,
        outputs: int,
        per_position: bool,
        width: int = 32,
        layers: int = 2,
        heads: int = 4,
    ) -> None:
        counts = {
            "tokens": tokens,
            "length": length,
            "outputs": outputs,
            "width": width,
            "layers": layers,
            "heads": heads,
        }
        for name, count in counts.items():
            check_count(name, count)
        if width % heads != 0:
            raise ValueError(f"Parameter `heads` should divide the width {width}. Found `heads = {heads}`.")
        super().__init__()
        self.per_position = per_position
        self.embedding = Embedding(tokens, width, length)
        self.layers = nn.Sequential(*(Layer(width, heads, length) for _ in range(layers)))
        self.norm = nn.LayerNorm(width)
        self.last = nn.Linear(width, outputs)

    def forward(self, sequences: Tensor) -> Tensor:
        """Answers for sequences `[samples, length]`.

        Returns:
            `[samples, length, outputs]`, or of the last position `[samples, outputs]`.
        """
        inner = self.layers(self.embedding(sequences))  # [samples, length, width]
        return self.last(self.norm(inner if self.per_position else inner[:, -1]))


class Embedding(nn.Module):
    """Numbers that stand for each token, added to numbers that stand for its position.

    Args:
        tokens: How many different tokens there are.
        width: Numbers that stand for a token.
        length: How many tokens a sample has at most.
    """

    def __init__(self, tokens: int, width: int, length: int) -> None:
        super().__init__()
        self.tokens = nn.Parameter(torch.empty(tokens, width))
        self.positions = nn.Parameter(torch.empty(length, width))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Begin near zero, so that at first no token and no position stands out."""
        nn.init.normal_(self.tokens, std=0.1)
        nn.init.normal_(self.positions, std=0.1)

    def forward(self, sequences: Tensor) -> Tensor:
        """What the first layer sees, `[samples, length, width]`."""
        return self.tokens[sequences] + self.positions[: sequences.shape[-1]]


class Layer(nn.Module):
    """Attention, then a perceptron at each position, both added to their input.

    Args:
        width: Numbers that stand for a token.
        heads: How many heads of attention.
        length: How many tokens a sample has at most.
    """

    def __init__(self, width: int, heads: int, length: int) -> None:
        super().__init__()
        self.norm_1 = nn.LayerNorm(width)
        self.attention = Attention(width, heads, length)
        self.norm_2 = nn.LayerNorm(width)
        self.perceptron = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, inner: Tensor) -> Tensor:
        """The layer's output, `[samples, length, width]` like its input."""
        inner = inner + self.attention(self.norm_1(inner))
        return inner + self.perceptron(self.norm_2(inner))


class Attention(nn.Module):
    """Causal self-attention from products and a softmax, written out.

    torch's fused kernels are faster on long sequences but have no second derivative, which Hessians need.

    Args:
        width: Numbers that stand for a token.
        heads: How many heads share them.
        length: How many tokens a sample has at most.
    """

    future: Tensor

    def __init__(self, width: int, heads: int, length: int) -> None:
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(width, 3 * width)
        self.mix = nn.Linear(width, width)
        self.register_buffer("future", torch.full((length, length), -math.inf).triu(1), persistent=False)

    def forward(self, inner: Tensor) -> Tensor:
        """What each position reads from those before it, `[samples, length, width]`."""
        samples, length, width = inner.shape
        parts = self.project(inner).view(samples, length, 3, self.heads, width // self.heads)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4)  # each [samples, heads, length, width / heads]
        scores = queries / math.sqrt(width // self.heads) @ keys.transpose(-2, -1)
        shares = (scores + self.future[:length, :length]).softmax(-1)  # [samples, heads, length, length]
        return self.mix((shares @ values).transpose(1, 2).reshape(samples, length, width))
