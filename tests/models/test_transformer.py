"""The transformer, against attention written out as loops."""

import math

import numpy as np
import torch

from landscape_lab.data import text
from landscape_lab.models import Transformer, build_model
from landscape_lab.models.transformer import Attention, Embedding


def test_transformer_sees_no_future():
    model, data = build_model(Transformer, text(length=8))
    inputs = data.inputs[:1].clone()
    before = model(inputs)
    inputs[0, 5] = (inputs[0, 5] + 1) % len(data.tokens)
    after = model(inputs)
    assert torch.equal(before[0, :5], after[0, :5])
    assert (before[0, 5:] != after[0, 5:]).any(-1).all()


def naive_attention(attention, inner):
    """What each position reads from those before it, head after head, `[length, width]`."""
    weight, bias = (part.detach().numpy() for part in attention.project.parameters())
    length, width = inner.shape
    size = width // attention.heads
    queries, keys, values = np.split(inner @ weight.T + bias, 3, axis=1)
    read = np.zeros((length, width))
    for head in range(attention.heads):
        own = slice(head * size, (head + 1) * size)
        for position in range(length):
            scores = keys[: position + 1, own] @ queries[position, own] / math.sqrt(size)
            shares = np.exp(scores) / np.exp(scores).sum()
            read[position, own] = shares @ values[: position + 1, own]
    weight, bias = (part.detach().numpy() for part in attention.mix.parameters())
    return read @ weight.T + bias


def test_attention_is_that_of_a_loop():
    torch.manual_seed(0)
    attention = Attention(width=6, heads=2, length=7).double()
    inner = torch.randn(3, 5, 6, dtype=torch.float64)  # shorter than the longest
    expected = np.stack([naive_attention(attention, sample) for sample in inner.numpy()])
    np.testing.assert_allclose(attention(inner).detach().numpy(), expected, atol=1e-12)


def test_a_token_is_told_apart_by_its_position():
    embedding = Embedding(tokens=4, width=3, length=5)
    inner = embedding(torch.tensor([[2, 0, 2]]))
    torch.testing.assert_close(inner[0, 2] - inner[0, 0], embedding.positions[2] - embedding.positions[0])
    torch.testing.assert_close(inner[0, 1], embedding.tokens[0] + embedding.positions[1])


def test_each_position_or_only_the_last_answers():
    torch.manual_seed(0)
    each, last = (Transformer(5, 6, 3, per_position, width=8, heads=2) for per_position in (True, False))
    last.load_state_dict(each.state_dict())
    sequences = torch.tensor([[0, 4, 2, 1], [3, 3, 0, 2]])
    assert each(sequences).shape == (2, 4, 3)
    torch.testing.assert_close(last(sequences), each(sequences)[:, -1])
