"""Files that tell whether they are as they were written."""

import numpy as np
import pytest
import torch

from landscape_lab.files.sealing import SIZE, is_intact, is_sealed, is_whole, seal


@pytest.fixture
def sealed(tmp_path):
    path = tmp_path / "last.ckpt"
    torch.save({"weight": torch.arange(5000.0), "global_step": 3}, path)
    seal(path)
    return path


def inverted(content, at, number=1):
    return content[:at] + bytes(255 - byte for byte in content[at : at + number]) + content[at + number :]


DAMAGES = {
    "200 bytes in the middle": lambda content: inverted(content, 9000, 200),
    "the first byte": lambda content: inverted(content, 0),
    "the last byte of the archive": lambda content: inverted(content, len(content) - SIZE - 1),
    "the digest": lambda content: inverted(content, len(content) - 5),
    "cut by one byte": lambda content: content[:-1],
    "cut in half": lambda content: content[: len(content) // 2],
    "cut by the digest": lambda content: content[:-SIZE],
    "longer": lambda content: content + b"more",
    "empty": lambda content: b"",
}


def test_a_sealed_file_is_read_as_before(sealed):
    assert is_sealed(sealed)
    assert is_whole(sealed)
    assert is_intact(sealed)
    for mmap in (True, False):
        state = torch.load(sealed, weights_only=True, mmap=mmap)
        assert torch.equal(state["weight"], torch.arange(5000.0))


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_seen(sealed, damage):
    sealed.write_bytes(DAMAGES[damage](sealed.read_bytes()))
    assert not (is_sealed(sealed) and is_whole(sealed))


def test_only_an_archive_without_a_comment_is_sealed(sealed, tmp_path):
    with pytest.raises(ValueError, match="without a comment"):
        seal(sealed)
    (tmp_path / "short").write_bytes(b"hello")
    with pytest.raises(ValueError, match="no zip archive"):
        seal(tmp_path / "short")


def test_archives_without_a_seal_have_checksums_too(tmp_path):
    path = tmp_path / "weights.npz"
    np.savez(path, weight=np.arange(5000.0))
    assert is_intact(path)
    path.write_bytes(inverted(path.read_bytes(), 9000, 200))
    assert not is_intact(path)
    (tmp_path / "text").write_text("no archive tells nothing")
    assert is_intact(tmp_path / "text")
