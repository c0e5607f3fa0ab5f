"""How long steps took."""

import numpy as np

from landscape_lab.records.clock import Clock


def test_between_two_readings_time_passes_evenly():
    clock = Clock()
    assert len(clock) == 0
    clock.read(10, 1.0)
    clock.read(30, 5.0)
    np.testing.assert_allclose(clock.seconds_at(np.array([0, 5, 10, 20, 30])), [0.0, 0.5, 1.0, 3.0, 5.0])


def test_readings_grow_with_the_logarithm_of_the_time_and_the_last_stands():
    clock = Clock()
    for step in range(1, 100_001):
        clock.read(step, step / 7)
    assert len(clock) < 9_000
    steps = np.array([1, 50, 4_321, 99_999, 100_000])
    np.testing.assert_allclose(clock.seconds_at(steps), steps / 7, rtol=1e-9)
    assert clock.moments[-1] == (100_000, 100_000 / 7)


def test_a_clock_comes_back_from_its_arrays():
    clock = Clock()
    assert clock.arrays() == {}
    assert Clock.of({}).moments == clock.moments
    clock.read(10, 1.0)
    clock.read(30, 5.0)
    arrays = clock.arrays()
    assert set(arrays) == {"clock_steps", "clock_seconds"}
    assert Clock.of(arrays).moments == clock.moments
