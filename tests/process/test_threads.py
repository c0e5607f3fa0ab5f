"""One thread or all."""

import pytest
import torch

from landscape_lab.process.threads import faster, using


@pytest.fixture
def three_threads():
    with using(3):
        yield


class Timed:
    """Work that takes as long as the table says for the number of threads, by a clock that starts at zero."""

    def __init__(self, seconds):
        self.seconds, self.now, self.calls = seconds, 0.0, 0

    def work(self):
        self.calls += 1
        self.now += self.seconds[torch.get_num_threads()]

    def clock(self):
        return self.now


@pytest.mark.parametrize(
    ("alone", "together", "chosen"), [(1e-3, 4e-3, 1), (1e-3, 9e-4, 1), (1e-3, 5e-4, 3), (2.0, 1.0, 3)]
)
def test_all_threads_are_used_where_they_are_clearly_faster(three_threads, alone, together, chosen):
    timed = Timed({1: alone, 3: together})
    assert faster(timed.work, timed.clock) == chosen
    assert torch.get_num_threads() == 3
    assert timed.calls <= (6 if alone > 1 else 12 if chosen == 1 else 620)


def test_a_single_thread_is_not_timed():
    timed = Timed({1: 1.0})
    with using(1):
        assert faster(timed.work, timed.clock) == 1
    assert timed.calls == 0


def test_the_callers_threads_come_back_after_an_error():
    before = torch.get_num_threads()

    def raising():
        with using(before + 2):
            assert torch.get_num_threads() == before + 2
            raise KeyError

    with pytest.raises(KeyError):
        raising()
    assert torch.get_num_threads() == before


def test_a_lucky_moment_on_a_busy_machine_does_not_count(three_threads):
    timed = Timed({1: 1e-3, 3: 1e-4})

    def work():
        timed.work()
        if torch.get_num_threads() == 3 and timed.now > 0.02:  # somebody else's turn
            timed.now += 5e-3

    assert faster(work, timed.clock) == 1
