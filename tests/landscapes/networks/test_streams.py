"""Batches of a stream, which come one after another."""

import naive_networks as naive
import pytest
import torch
from torch.utils.data import DataLoader

from landscape_lab.landscapes.networks import streams
from landscape_lab.landscapes.networks.streams import StreamBatches


def stream(samples=10, change=lambda tensor: tensor):
    return StreamBatches(DataLoader(naive.Stream(samples), batch_size=4), change)


def test_a_stream_is_counted_and_skipped_and_says_so() -> None:
    batches, resumed = (stream() for _ in range(2))
    assert (batches.samples, batches.per_epoch) == (10, 3)
    expected = [batches.batch(step, [0])[0] for step in range(6)]
    with pytest.warns(UserWarning, match="skipped to its batch 1"):
        found = resumed.batch(4, [0])[0]
    assert all(map(torch.equal, found, expected[4]))
    assert not torch.equal(expected[1][0], expected[4][0])
    assert all(map(torch.equal, resumed.batch(5, [0])[0], expected[5]))


def test_the_whole_data_are_one_pass_that_is_always_the_same():
    random = torch.get_rng_state()
    batches, again = stream(), stream()
    assert torch.equal(torch.get_rng_state(), random)
    assert [targets.tolist() for _, targets in batches.whole()] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert all(
        torch.equal(one[0], other[0]) for one, other in zip(batches.whole(), again.whole(), strict=True)
    )
    assert batches.last() is batches.whole()[-1]
    assert batches.stochastic


def test_members_of_other_seeds_have_streams_of_their_own():
    batches, alone = stream(), stream()
    for step in range(4):
        (inputs, targets), own = batches.batch(step, [0, 1, 0])
        assert own
        assert torch.equal(inputs[0], inputs[2])
        assert not torch.equal(inputs[0], inputs[1])
        assert torch.equal(inputs[1], alone.batch(step, [1])[0][0])
        assert targets[0].tolist() == [4 * (step % 3) + at for at in range(2 if step == 2 else 4)]


def test_data_follow_to_another_precision_after_their_own_change():
    batches = stream(change=lambda tensor: tensor + 100)
    batches.double()
    for inputs, targets in (batches.batch(0, [0])[0], batches.whole()[0]):
        assert inputs.dtype == torch.float64
        assert targets.tolist() == [100, 101, 102, 103]


def test_a_stream_that_is_empty_or_endless_is_told(monkeypatch):
    with pytest.raises(ValueError, match=r"should have samples. Found an empty loader"):
        stream(0)
    monkeypatch.setattr(streams, "LONGEST", 8)
    assert stream(8).samples == 8
    with pytest.raises(ValueError, match="should end: its stream has more than 8 samples"):
        stream(9)
