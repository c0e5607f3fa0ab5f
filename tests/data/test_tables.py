"""Tables of numbers in CSV files that the tests write."""

import pytest
import torch

from landscape_lab.data import table


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
