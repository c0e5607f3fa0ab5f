"""Data in files of standard formats, on tiny files that the tests write."""

import gzip
import struct

import numpy as np
import pytest
import torch

from landscape_lab.data import cifar10, fashion_mnist, mnist, table

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
        (b"\x00\x00\x0d\x01", "should be in the IDX format"),
        (b"", "should be in the IDX format"),
        (b"\x1f\x8bnonsense", "should be packed with gzip"),
        (struct.pack(">BBBBI", 0, 0, 8, 1, 9) + b"123", "should hold 9 numbers. Found 3"),
        (struct.pack(">BBBBI", 0, 0, 8, 1, 3) + b"\x01\x02\x03", "one class for each picture"),
        (
            struct.pack(">BBBBI", 0, 0, 8, 1, 7) + b"\x00\x01\x02\x03\x04\x05\x0a",
            "classes from 0 to 9. Found 10",
        ),
    ],
)
def test_file_of_another_format_is_named(digit_files, content, message):
    folder, *_ = digit_files
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(content)
    with pytest.raises(ValueError, match=message) as told:
        mnist(folder, validation=0)
    assert "train-labels-idx1-ubyte.gz" in str(told.value)


def test_missing_files_are_told_in_one_line(tmp_path):
    with pytest.raises(
        ValueError, match=r"There is no file .*train-images-idx3-ubyte.gz. Put it there, or say where"
    ):
        mnist(tmp_path)
    with pytest.raises(
        ValueError, match=r"There is no file .*data_batch_1.bin. Put the files of CIFAR-10's binary version"
    ):
        cifar10(tmp_path)


def write_cifar(path, labels):
    pixels = NUMBERS.integers(0, 256, (len(labels), 3, 32, 32), dtype=np.uint8)
    records = np.concatenate([np.asarray(labels, np.uint8)[:, None], pixels.reshape(len(labels), -1)], axis=1)
    path.write_bytes(records.tobytes())
    return pixels


def test_cifar_is_read_from_its_binary_version(tmp_path):
    pixels = write_cifar(tmp_path / "data_batch_1.bin", [3, 9])
    write_cifar(tmp_path / "data_batch_2.bin", [0])
    write_cifar(tmp_path / "test_batch.bin", [1, 1, 1])
    data = cifar10(tmp_path, validation=3)
    assert data.inputs.shape == (3, 3, 32, 32)
    assert data.validation[1].tolist() == [1, 1, 1]
    assert data.classes[3] == "cat"
    blue = data.inputs[data.targets.tolist().index(3), 2]
    assert torch.allclose(blue, (torch.from_numpy(pixels[0, 2]) / 255 - 0.4465) / 0.2616, atol=1e-6)


def test_pickles_are_never_read(tmp_path):
    (tmp_path / "data_batch_1").write_bytes(b"a pickle")
    with pytest.raises(ValueError, match="pickles, which can run code: they are never read"):
        cifar10(tmp_path)
    (tmp_path / "data_batch_1.bin").write_bytes(b"a pickle")
    with pytest.raises(ValueError, match="should hold pictures of 3,073 bytes"):
        cifar10(tmp_path)


def test_table_of_classes(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("\ufeffwidth,height,kind\n1,10,0\n2,10,1\n\n3,10,2\n4,10,1\n", encoding="utf-8")
    data = table(path, validation=0)
    assert data.facts() == {"outputs": 3, "inputs": 2}
    assert sorted(data.targets.tolist()) == [0, 1, 1, 2]
    assert data.inputs.mean(0).tolist() == pytest.approx([0, 0], abs=1e-6)
    assert data.inputs.std(0, correction=0).tolist() == pytest.approx([1, 0])
    assert table(path, targets="numbers", validation=1).validation[1].shape == (1, 1)


def test_table_of_numbers(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("1,0.5\n2,0.25\n3,7\n")
    data = table(path, validation=0, standardise=False)
    assert data.targets.dtype == torch.float32
    assert dict(zip(data.inputs[:, 0].tolist(), data.targets[:, 0].tolist(), strict=True)) == {
        1: 0.5,
        2: 0.25,
        3: 7,
    }
    with pytest.raises(ValueError, match="whole numbers 0 … k - 1, each at least once"):
        table(path, targets="classes")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n3,x\n", "should hold finite numbers. Found `x` in line 3, column `b`"),
        ("1,2\n3,\n", "Found `` in line 2, column 2"),
        ("1,2\nnan,4\n", "Found `nan` in line 2, column 1"),
        ("1,2\n3\n", "should have 2 columns in each line. Found 1 in line 2"),
        ("1\n2\n", "should have two columns at least"),
        ("a,b\n", "should hold lines of numbers. Found none"),
        ("", "should hold lines of numbers. Found none"),
    ],
)
def test_bad_table_is_told_with_its_cell(tmp_path, content, message):
    (tmp_path / "table.csv").write_text(content)
    with pytest.raises(ValueError, match=message):
        table(tmp_path / "table.csv")


def test_missing_or_binary_table_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"There is no table .*nothing.csv"):
        table(tmp_path / "nothing.csv")
    (tmp_path / "table.csv").write_bytes(b"\xff\xfe1,2\n")
    with pytest.raises(ValueError, match="should be a table in CSV format"):
        table(tmp_path / "table.csv")
