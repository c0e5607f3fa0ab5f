"""CIFAR-10 in its binary version."""

import numpy as np
import pytest
import torch

from landscape_lab.data import cifar10

NUMBERS = np.random.default_rng(0)


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


def test_missing_files_are_told_in_one_line(tmp_path):
    with pytest.raises(
        ValueError, match=r"There is no file .*data_batch_1.bin. Put the files of CIFAR-10's binary version"
    ) as told:
        cifar10(tmp_path)
    assert "\n" not in str(told.value)
    assert "pickles" not in str(told.value)
