"""Pictures with classes: scaled to mean 0 and deviation 1, chosen by a seed, read from tiny files."""

import gzip
import struct

import numpy as np
import pytest
import torch

from landscape_lab.data import digits, fashion_mnist, mnist

NUMBERS = np.random.default_rng(0)


def write_idx(path, values, packed):
    values = np.asarray(values, np.uint8)
    content = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()
    path.write_bytes(gzip.compress(content) if packed else content)


@pytest.fixture
def digit_files(tmp_path):
    """Seven training pictures, packed, and five test pictures, not packed and with the other spelling."""
    images = {part: NUMBERS.integers(0, 256, (n, 28, 28)) for part, n in (("train", 7), ("t10k", 5))}
    labels = {"train": [0, 1, 2, 3, 4, 9, 9], "t10k": [5, 6, 7, 8, 9]}
    for part, spelling, end in (("train", "-idx", ".gz"), ("t10k", ".idx", "")):
        write_idx(tmp_path / f"{part}-images{spelling}3-ubyte{end}", images[part], packed=end == ".gz")
        write_idx(tmp_path / f"{part}-labels{spelling}1-ubyte{end}", labels[part], packed=end == ".gz")
    return tmp_path, images, labels


def test_digits_are_standardised_and_scaled():
    data = digits(validation=0)
    assert data.inputs.shape == (1797, 1, 8, 8)
    assert data.inputs.mean().abs() < 1e-3
    assert data.inputs.std() == pytest.approx(1.0, abs=1e-3)
    large = digits(validation=0.2, size=32)
    assert large.inputs.shape[1:] == large.validation[0].shape[1:] == (1, 32, 32)
    small = digits(validation=0.2)
    assert torch.allclose(large.inputs.mean((1, 2, 3)), small.inputs.mean((1, 2, 3)), atol=0.15)


def test_mnist_is_read_whole(digit_files):
    folder, images, labels = digit_files
    data = mnist(folder, validation=2)
    assert data.inputs.shape == (7, 1, 28, 28)
    assert data.facts() == {"outputs": 10, "inputs": (1, 28, 28), "channels": 1, "size": 28}
    assert sorted(data.targets.tolist()) == labels["train"]
    first = data.targets.tolist().index(3)
    expected = (torch.from_numpy(images["train"][3]) / 255 - 0.1307) / 0.3081
    assert torch.allclose(data.inputs[first, 0], expected.float(), atol=1e-6)
    assert len(data.validation[0]) == 2
    assert set(data.validation[1].tolist()) <= set(labels["t10k"])


def test_subset_is_seeded_and_scaled(digit_files):
    folder, *_ = digit_files
    data = mnist(folder, samples=4, size=32, validation=0.5)
    assert data.inputs.shape == (4, 1, 32, 32)
    assert data.validation[0].shape == (2, 1, 32, 32)
    assert torch.equal(data.inputs, mnist(folder, samples=4, size=32, validation=0.5).inputs)
    assert not torch.equal(data.targets, mnist(folder, samples=4, validation=0.5, seed=1).targets)
    assert fashion_mnist(folder, validation=0).classes[9] == "boot"


def test_files_of_test_pictures_are_only_needed_where_some_are_held_out(digit_files):
    folder, *_ = digit_files
    (folder / "t10k-images.idx3-ubyte").unlink()
    assert mnist(folder, validation=0).validation is None
    with pytest.raises(
        ValueError, match=r"t10k-images-idx3-ubyte.gz. Put it there.* do without with data.validation=0"
    ):
        mnist(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (struct.pack(">BBBBI", 0, 0, 8, 1, 3) + b"\x01\x02\x03", "one class for each picture"),
        (
            struct.pack(">BBBBI", 0, 0, 8, 1, 7) + b"\x00\x01\x02\x03\x04\x05\x0a",
            "classes from 0 to 9. Found 10",
        ),
    ],
)
def test_labels_that_fit_no_pictures_are_named(digit_files, content, message):
    folder, *_ = digit_files
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(content)
    with pytest.raises(ValueError, match=message) as told:
        mnist(folder, validation=0)
    assert "train-labels-idx1-ubyte.gz" in str(told.value)
