import numpy as np

from landscape_lab.playing.ends import ELSEWHERE, LOST, MOVING, verdicts_of

STEPS = np.array([0, 50, 90, 95, 100])


def member(*end, start=(0.1, 0.1), late=None):
    """Shares of a member that is at its end from step 90 on, or at `late` in step 95."""
    return [start, (0.5, 0.5), end, end if late is None else late, end]


def verdicts(members, known=()):
    shares = np.array(members, dtype=float)
    return verdicts_of(shares, np.tile(STEPS, (len(shares), 1)), np.array(known, dtype=float).reshape(-1, 2))


def test_ends_that_are_near_are_one_point_and_the_largest_is_first():
    found, points = verdicts([member(0.2, 0.8), member(0.201, 0.799), *[member(0.7, 0.3)] * 3])
    assert found.tolist() == [1, 1, 0, 0, 0]
    np.testing.assert_allclose(points, [[0.7, 0.3], [0.2, 0.8]], atol=1e-3)


def test_a_known_minimum_is_at_its_own_place():
    _, points = verdicts([member(0.701, 0.299)] * 2, known=[(0.1, 0.1), (0.7, 0.3)])
    assert points.tolist() == [[0.7, 0.3]]


def test_who_moves_and_who_is_gone_has_a_verdict_of_its_own():
    gone = member(np.nan, np.nan)
    found, points = verdicts([member(0.2, 0.8, late=(0.3, 0.8)), gone, member(0.9, 0.9)])
    assert found.tolist() == [MOVING, LOST, ELSEWHERE]
    assert points.shape == (0, 2)


def test_who_never_moved_makes_no_point():
    found, points = verdicts([[(0.4, 0.4)] * 5] * 9)
    assert found.tolist() == [ELSEWHERE] * 9
    assert not len(points)
