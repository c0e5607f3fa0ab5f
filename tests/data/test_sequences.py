"""Sequences of tokens: texts and digits."""

import pytest
import torch

from landscape_lab.data import digit_sum, text


def test_text_asks_for_the_next_character(tmp_path):
    (tmp_path / "text.txt").write_text("hello wörld, " * 40, encoding="utf-8")
    data = text(tmp_path / "text.txt", length=10, validation=0)
    read = "".join(data.tokens[token] for token in data.inputs[0])
    follows = "".join(data.classes[token] for token in data.targets[0])
    assert read[1:] == follows[:-1]
    assert read + follows[-1] in "hello wörld, " * 3
    assert data.facts() == {"outputs": 10, "tokens": 10, "length": 10, "per_position": True}


def test_text_by_default_is_the_standard_library():
    data = text(samples=None, validation=0)
    assert data.inputs.shape == (3124, 32)  # 100,000 characters, the last piece has none to predict
    assert {"d", "e", "f", "\n"} <= set(data.tokens)


def test_digits_add_up():
    data = digit_sum(length=5)
    assert torch.equal(data.inputs.sum(-1), data.targets)
    assert data.facts() == {"outputs": 46, "tokens": 10, "length": 5, "per_position": False}


def test_pieces_cover_the_beginning_of_a_text_without_overlap(tmp_path):
    (tmp_path / "text.txt").write_text("abcdefghij" * 9)
    data = text(tmp_path / "text.txt", length=4, characters=23, samples=None, validation=0)
    pieces = ["".join(data.tokens[token] for token in piece) for piece in data.inputs]
    assert sorted(pieces) == sorted(["abcd", "efgh", "ijab", "cdef", "ghij"])
    assert text(tmp_path / "text.txt", length=4, characters=23, samples=99, validation=0).inputs.shape == (
        5,
        4,
    )


def test_a_text_in_another_code_is_told_with_its_byte(tmp_path):
    (tmp_path / "text.txt").write_bytes("wörter".encode("latin-1"))
    with pytest.raises(
        ValueError, match=r"text.txt should be a text in UTF-8. Found the byte 0xf6\."
    ) as told:
        text(tmp_path / "text.txt", length=2)
    assert "\n" not in str(told.value)
