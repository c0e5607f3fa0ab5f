"""Signals: what is begun is finished first, and one line says how to go on."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from landscape_lab.process.stopping import Signals, Stopped, named


def send(number=signal.SIGTERM):
    os.kill(os.getpid(), number)


@pytest.fixture
def quiet():
    """Signals as a program finds them that is not ours."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield Signals()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("number", "status", "name"),
    [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM"), (signal.SIGHUP, 129, "SIGHUP")],
)
def test_it_is_raised_where_somebody_listens(quiet, number, status, name):
    with pytest.raises(Stopped) as stopped, quiet.listening():
        send(number)
    assert (stopped.value.code, str(stopped.value)) == (status, f"Stopped by {name}.")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert quiet.heard is None


def test_what_is_deferred_is_raised_when_it_is_settled(quiet):
    with quiet.listening():
        quiet.defer()
        send()
        assert quiet.heard == signal.SIGTERM
        with pytest.raises(Stopped, match=r"Stopped by SIGTERM after 5 of 9 steps\."):
            quiet.settle("after 5 of 9 steps")


class Interrupted:
    """A lock that has just been taken when a signal comes."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acquire, self.release = self.lock.acquire, self.lock.release

    def __enter__(self):
        self.lock.acquire()
        send()

    def __exit__(self, *_):
        self.lock.release()


def work(lock, done):
    """Something with a lock, and then something without."""
    with threading.Condition(lock):
        done.append("what is locked")
    time.sleep(5)


def test_a_lock_is_given_back_before_it_is_raised(quiet):
    lock, done = Interrupted(), []
    with pytest.raises(Stopped, match="SIGTERM"), quiet.listening():
        work(lock, done)
    assert done == ["what is locked"]
    assert lock.acquire(blocking=False)


def test_a_lock_that_is_not_given_back_is_not_waited_for(quiet, monkeypatch):
    monkeypatch.setattr("landscape_lab.process.stopping.PATIENCE", -1.0)
    with pytest.raises(Stopped), quiet.listening(), threading.Condition(Interrupted()):
        pass


def test_nothing_heard_is_nothing_settled(quiet):
    with quiet.listening():
        quiet.defer()
        quiet.settle("after 5 of 9 steps")
        with pytest.raises(Stopped):
            send()  # no longer deferred


def test_others_keep_their_handlers(quiet):
    heard = []
    signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    with quiet.listening():
        send()
    assert heard == [signal.SIGTERM]


def test_a_thread_hears_none(quiet):
    found = []

    def listen():
        with quiet.listening():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert found == [signal.SIG_DFL]


BEGIN = "import os, signal, time; from landscape_lab.process.stopping import signals; signals.begin(); "
ENDS = {
    "nothing is begun": (
        BEGIN + "os.kill(os.getpid(), signal.SIGTERM); time.sleep(9)",
        143,
        "landscape_lab: Stopped by SIGTERM. Nothing is lost: the same command begins again.",
    ),
    "a second Ctrl-C": (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "  # a shell's & ignores it
        + BEGIN
        + "signals._manner = type(signals._manner).RAISE; signals.defer(); "
        "[(time.sleep(0.1), os.kill(os.getpid(), signal.SIGINT)) for _ in range(2)]; time.sleep(9)",
        130,
        "landscape_lab: Stopped at once by Ctrl-C: what came after the last checkpoint is lost.",
    ),
    "ignored, as by nohup": (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
        + BEGIN
        + "os.kill(os.getpid(), signal.SIGHUP)",
        0,
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ENDS)
def test_a_process_ends_with_a_line(case):
    program, status, line = ENDS[case]
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (status, line)


def test_names():
    assert [named(number) for number in (2, 15)] == ["Ctrl-C", "SIGTERM"]
