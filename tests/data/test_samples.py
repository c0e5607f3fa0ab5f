"""What a model has to know of data, and the forms that data take for it."""

import pytest
import torch

from landscape_lab.data import Data

GENERATOR = torch.Generator().manual_seed(0)
PICTURES = torch.rand(3, 2, 4, 6, dtype=torch.float64, generator=GENERATOR)  # 4 high, 6 wide
CLASSES = torch.tensor([0, 1, 1])


def test_a_model_is_told_sizes_of_pictures_and_sequences():
    pictures = Data(PICTURES, CLASSES, classes=("a", "b"))
    assert pictures.facts() == {"outputs": 2, "inputs": (2, 4, 6), "channels": 2}
    assert Data(PICTURES[..., :4], CLASSES, classes=("a", "b")).facts()["size"] == 4
    sequences = torch.tensor([[0, 1, 2], [2, 1, 1], [0, 0, 0]])
    tokens = ("x", "y", "z")
    one_each = Data(sequences, sequences, classes=tokens, tokens=tokens)
    assert one_each.facts() == {"outputs": 3, "tokens": 3, "length": 3, "per_position": True}
    numbers = Data(sequences, torch.zeros(3, 5), tokens=tokens)
    assert numbers.facts() == {"outputs": 5, "tokens": 3, "length": 3, "per_position": False}


def test_smaller_pictures_keep_means_and_larger_ones_lie_between_neighbours():
    data = Data(PICTURES, CLASSES, validation=(PICTURES[:1], CLASSES[:1]))
    half = data.scaled(2)
    assert half.inputs.shape == (3, 2, 2, 2)
    assert torch.equal(half.validation[0], half.inputs[:1])
    assert half.validation[1] is data.validation[1]
    ramp = torch.arange(4.0).expand(4, 4).view(1, 1, 4, 4)
    shrunk, grown = (Data(ramp, torch.zeros(1)).scaled(size).inputs[0, 0] for size in (2, 8))
    # each new pixel weighs the old ones by a tent as wide as two of its own: 3/7, 3/7 and 1/7 of 0, 1, 2
    torch.testing.assert_close(shrunk, torch.tensor([5 / 7, 16 / 7]).expand(2, 2))
    torch.testing.assert_close(
        grown, torch.tensor([0.0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0]).expand(8, 8)
    )


def test_only_pictures_of_another_size_are_scaled():
    points, square = Data(torch.zeros(3, 2), CLASSES), Data(PICTURES[..., :4], CLASSES)
    assert points.scaled(7) is points
    assert square.scaled(4) is square


def test_two_classes_become_numbers_and_more_do_not():
    data = Data(torch.zeros(3, 2), CLASSES, (torch.zeros(2, 2), CLASSES[1:]), classes=("a", "b"))
    numbers = data.as_numbers()
    assert torch.equal(numbers.targets, torch.tensor([[0.0], [1.0], [1.0]]))
    assert torch.equal(numbers.validation[1], torch.tensor([[1.0], [1.0]]))
    assert numbers.facts() == {"outputs": 1, "inputs": 2}
    assert numbers.as_numbers() is numbers
    with pytest.raises(ValueError, match="`outputs` should be at least 3, one for each class") as told:
        Data.of(torch.zeros(3, 2), torch.tensor([0, 1, 2])).as_numbers()
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("validation", [None, (torch.zeros(2, 2), torch.zeros(1))])
def test_as_many_targets_as_inputs_also_of_what_is_held_out(validation):
    targets = torch.zeros(2) if validation is None else torch.zeros(3)
    with pytest.raises(
        ValueError, match="`targets` should be as many as the inputs, and at least one"
    ) as told:
        Data(torch.zeros(3, 2), targets, validation)
    assert "\n" not in str(told.value)
