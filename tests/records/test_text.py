"""Trajectories as text, read back without the lab: csv, json and NumPy."""

import csv
import json

import numpy as np
import pytest
import torch

from landscape_lab import Trajectory

ROOMY = {"start": np.array([0, 1, 1]), "lr": np.array([0.1, 0.1, 1e-7]), "name": np.array(["=a()", "b", "c"])}


@pytest.fixture(scope="module")
def three():
    """Five steps of three members in four dimensions; the third diverges, the first rate is unknown."""
    kept = Trajectory(label='adam, "lr" 0.1', members=ROOMY)
    numbers = torch.arange(60, dtype=torch.float32).view(5, 3, 4) / 7
    losses = numbers.sum(dim=2)
    losses[3:, 2] = torch.tensor([float("inf"), float("nan")])
    numbers[4, 2] = -torch.inf
    rates = torch.tensor([float("nan"), 0.1, 0.1, 1e-9, 0.3], dtype=torch.float64)
    kept.extend(torch.arange(5), numbers, losses, torch.arange(5) * 2, rates)
    kept.measured.add(4, {"measured_losses": torch.tensor([1.0, float("nan"), 2.5])})
    return kept


def lines_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    """A number as the files write it, by an idea of its own."""
    return float(text) if text not in ("", None) else float("nan")


def test_csv_has_a_line_for_each_record_and_member(three, tmp_path):
    three.to_csv(tmp_path / "path.csv")
    lines = lines_of(tmp_path / "path.csv")
    assert list(lines[0]) == [
        *("member", "member_start", "member_lr", "member_name", "step", "evaluations", "lr", "loss"),
        *("point_0", "point_1", "point_2", "point_3"),
    ]
    assert [(line["member"], line["step"]) for line in lines] == [
        (str(member), str(step)) for member in range(3) for step in range(5)
    ]
    for at, line in enumerate(lines):
        member, record = divmod(at, 5)
        point = np.float32([number(line[f"point_{axis}"]) for axis in range(4)])
        np.testing.assert_array_equal(point, three.points[record, member])
        np.testing.assert_array_equal(np.float32(number(line["loss"])), three.losses[record, member])
        np.testing.assert_array_equal(number(line["lr"]), three.lr[record])
        assert int(line["evaluations"]) == 2 * record
        assert (int(line["member_start"]), float(line["member_lr"])) == (
            ROOMY["start"][member],
            ROOMY["lr"][member],
        )
    assert lines[0]["member_name"] == "'=a()"
    assert lines[0]["lr"] == ""
    assert [lines[index]["loss"] for index in (-2, -1)] == ["inf", ""]
    assert lines[-1]["point_3"] == "-inf"
    assert lines[1]["point_0"] == "1.7142857"  # not 1.7142857313156128: a float32


def test_json_has_the_arrays_of_the_archive_by_their_names(three, tmp_path):
    three.to_json(tmp_path / "path.json")
    three.save(tmp_path / "path.npz")
    told = json.loads((tmp_path / "path.json").read_text(), parse_constant=pytest.fail)
    assert told.pop("label") == 'adam, "lr" 0.1'
    with np.load(tmp_path / "path.npz") as archive:
        assert {*told} - {"point_steps"} <= {*archive}
        for name in told.keys() & {*archive}:
            if archive[name].dtype.kind == "f":
                values = [np.nan if one is None else float(one) for one in flat(told[name])]
                read = np.array(values).astype(archive[name].dtype)
                np.testing.assert_array_equal(read.reshape(archive[name].shape), archive[name], name)
            else:
                np.testing.assert_array_equal(told[name], archive[name], name)
    assert (told["losses"][3][2], told["losses"][4][2], told["points"][4][2][0]) == ("inf", None, "-inf")


def flat(nested):
    """The numbers of nested lists in their order."""
    return [one for part in nested for one in flat(part)] if isinstance(nested, list) else [nested]


def test_points_that_were_not_kept_are_empty_and_large_ones_are_refused(tmp_path):
    large = Trajectory(records=9, steps=9)
    large.open(2, 1001)
    for step in range(9):
        large.append(step, torch.full((2, 1001), step), torch.tensor([step, 2.0 * step]), step)
    for write in (large.to_csv, large.to_json):
        with pytest.raises(ValueError, match=r"at most 1,000 numbers. Found 1,001: `points=False`"):
            write(tmp_path / "large")
    assert not list(tmp_path.iterdir())
    large.to_csv(tmp_path / "large.csv", points=False)
    assert [float(line["loss"]) for line in lines_of(tmp_path / "large.csv")] == [
        *range(9),
        *range(0, 18, 2),
    ]
    large.to_json(tmp_path / "large.json", points=False)
    assert not {"points", "point_steps"} & {*json.loads((tmp_path / "large.json").read_text())}


def test_a_record_without_its_point_has_empty_cells(three, tmp_path):
    class Sparse:
        label, members, measured = "", {}, three.measured
        steps, evaluations, lr, losses = three.steps, three.evaluations, three.lr, three.losses
        point_steps, points = three.steps[::2], three.points[::2]

    Trajectory.to_csv(Sparse(), tmp_path / "sparse.csv")
    lines = lines_of(tmp_path / "sparse.csv")[:5]
    assert [line["point_1"] for line in lines] == [
        *("0.14285715", "", "3.5714285", "", "7.0"),
    ]
    assert all(line["loss"] for line in lines)


def test_nothing_recorded_is_told(tmp_path):
    with pytest.raises(ValueError, match="nothing has been recorded"):
        Trajectory().to_csv(tmp_path / "empty.csv")
