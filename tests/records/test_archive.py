"""Archives: what is written is read again, and what is no trajectory is refused."""

import numpy as np
import pytest

from landscape_lab.records import archive

ARRAYS = {
    "points": np.arange(12, dtype=np.float32).reshape(3, 2, 2),
    "losses": np.ones((3, 2), np.float32),
    "steps": np.arange(3),
    "evaluations": np.arange(3),
}


def test_an_archive_of_old_has_no_learning_rates(tmp_path):
    np.savez(tmp_path / "old.npz", **ARRAYS)
    curves, large, measured, clock, members = archive.read(tmp_path / "old.npz")
    assert large is None
    assert members == {}
    assert np.isnan(curves.array("lr")).all()
    archive.write(
        tmp_path / "new.npz", archive.Contents(curves, large, measured, clock, {"seed": np.array([4, 5])})
    )
    with np.load(tmp_path / "new.npz") as written:
        assert list(written) == ["points", "losses", "steps", "evaluations", "lr", "member_seed"]
        np.testing.assert_array_equal(written["points"], ARRAYS["points"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"losses": np.ones((2, 2))},
        {"losses": np.ones((3, 3))},
        {"points": np.ones((3, 2))},
        {"point_steps": np.arange(2)},
        {"evaluations": np.arange(4)},
        {name: values[:0] for name, values in ARRAYS.items()},
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(tmp_path, wrong):
    np.savez(tmp_path / "t.npz", **(ARRAYS | wrong))
    with pytest.raises(
        ValueError, match=r"t\.npz is not a trajectory that can be read: its arrays do not fit"
    ):
        archive.read(tmp_path / "t.npz")
