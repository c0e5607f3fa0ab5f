"""A journal that several processes write."""

import os
import signal
import threading

import pytest
from optuna.storages.journal import JournalFileBackend

from landscape_lab.sweeps.study.journal import JournalLock, open_journal


@pytest.fixture
def path(tmp_path):
    return tmp_path / "study.journal"


def test_a_line_that_another_process_is_writing_is_waited_for(path):
    lock = JournalLock(path)
    lock.acquire()
    path.write_bytes(b'{"op_code": 0,')
    opened = []
    reader = threading.Thread(target=lambda: opened.append(open_journal(path)))
    reader.start()
    reader.join(timeout=0.2)
    assert reader.is_alive()
    assert not opened
    with path.open("ab") as file:
        file.write(b' "worker_id": "a", "study_name": "s", "directions": [1]}\n')
    lock.release()
    reader.join(timeout=20)
    (storage,) = opened
    assert [study.study_name for study in storage.get_all_studies()] == ["s"]


def test_the_lock_of_a_killed_process_is_free_at_once(path):
    ready, holds = os.pipe()
    if (child := os.fork()) == 0:
        JournalLock(path).acquire()
        os.write(holds, b".")
        signal.pause()
    os.read(ready, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    JournalFileBackend(str(path), lock_obj=JournalLock(path)).append_logs([{"op_code": 1}])
    assert path.read_bytes() == b'{"op_code":1}\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b'{"op_code": 0}\n{"op', "line 2 is cut short"),
        (b'{"op_code": 0}', "line 1 is cut short"),
        (b"nothing\n{}\n", "line 1 is not JSON"),
        (b"{}\n[1]\n", "line 2 is no entry"),
    ],
)
def test_a_damaged_journal_is_told_and_left(path, text, told):
    path.write_bytes(text)
    with pytest.raises(ValueError, match=told):
        open_journal(path)
    assert path.read_bytes() == text
