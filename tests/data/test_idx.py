"""Files in the IDX format, packed or not, under their usual names."""

import gzip
import struct

import pytest
import torch

from landscape_lab.data.idx import find_idx, read_idx

HEADER = struct.pack(">BBBB3I", 0, 0, 8, 3, 2, 3, 5)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_numbers_come_in_their_own_shape(tmp_path, pack):
    (tmp_path / "file").write_bytes(pack(HEADER + bytes(range(226, 256))))
    read = read_idx(tmp_path / "file")
    assert torch.equal(read, torch.arange(226, 256, dtype=torch.uint8).view(2, 3, 5))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x00\x00\x0d\x01", "should be in the IDX format"),
        (b"", "should be in the IDX format"),
        (b"\x1f\x8bnonsense", "should be packed with gzip"),
        (gzip.compress(HEADER, mtime=0)[:-9], "should be packed with gzip"),
        (HEADER + b"123", "should hold 2 × 3 × 5 numbers. Found 3"),
        (HEADER + bytes(31), "should hold 2 × 3 × 5 numbers. Found 31"),
    ],
    ids=["another type", "empty", "no gzip", "cut", "too few", "too many"],
)
def test_file_of_another_format_is_named(tmp_path, content, message):
    (tmp_path / "labels.gz").write_bytes(content)
    with pytest.raises(ValueError, match=message) as told:
        read_idx(tmp_path / "labels.gz")
    assert "labels.gz" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("spelling", ["-idx3-ubyte", "-idx3-ubyte.gz", ".idx3-ubyte", ".idx3-ubyte.gz"])
def test_a_file_has_several_usual_names(tmp_path, spelling):
    (tmp_path / f"t10k-images{spelling}").touch()
    assert find_idx(tmp_path, "t10k", "images", 3).name == f"t10k-images{spelling}"


@pytest.mark.parametrize(
    ("part", "end"), [("train", r"data\.folder=…\.$"), ("t10k", r"do without with data\.validation=0\.$")]
)
def test_a_missing_file_is_told_with_where_to_put_it(tmp_path, part, end):
    with pytest.raises(ValueError, match=f"no file .*{part}-labels-idx1-ubyte.gz. Put it there.*{end}"):
        find_idx(tmp_path, part, "labels", 1)
