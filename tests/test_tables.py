"""Tables: one idea of what is missing and of what is infinite."""

import csv
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from landscape_lab.tables import cell, markdown, write_csv


def test_missing_is_empty_and_infinite_is_said(tmp_path):
    lines = [[None, math.nan, np.float32("nan")], [math.inf, -math.inf, np.float64("inf")], [1, True, "a,b"]]
    write_csv(tmp_path / "table.csv", ["x", "y", "z"], lines, digits=9)
    with (tmp_path / "table.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["x", "y", "z"],
            ["", "", ""],
            ["inf", "-inf", "inf"],
            ["1", "True", "a,b"],
        ]


@given(st.floats(allow_nan=False), st.floats(allow_nan=False, width=32))
def test_float_reads_back_the_same(number, single):
    assert float(cell(number)) == number
    assert np.float32(float(cell(np.float32(single), digits=9))) == np.float32(single)


def test_bar_does_not_end_a_cell_of_markdown():
    assert markdown(["a"], [["x|y"]]) == ["| a |", "| --- |", r"| x\|y |"]
