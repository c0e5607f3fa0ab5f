"""A study in a PostgreSQL that `make launchers` starts, where one is installed: shared, and restarted."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from sweeping import process

pytestmark = [pytest.mark.slow, pytest.mark.launcher]
STUDY = [
    *("-m", "sweep=optuna", "landscape=turn", "optimizer.lr=tag(log,interval(1e-3,1))", "steps=20"),
    *("sweep.n_trials=12", "sweep.pruner=none", "logger=none", "figures=[]"),
]
NOBODY = 65_534
"""Who runs the server where we are root, whom PostgreSQL refuses."""


class Server:
    """A PostgreSQL of our own in a folder."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgresql+psycopg://lab@127.0.0.1:{self.port}/postgres"
        self.run("initdb", "-U", "lab", "--auth=trust", "-N")

    def run(self, *command: str) -> None:
        root = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        words = [*(root if os.getuid() == 0 else []), command[0], "-D", str(self.data), *command[1:]]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, timeout=60, cwd=self.data.parent)

    def start(self) -> None:
        options = f"-k {self.data.parent} -p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run("pg_ctl", "-o", options, "-l", str(self.data.parent / "log"), "-w", "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-m", "immediate", "-w", "stop")


@pytest.fixture
def server():
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("PostgreSQL is not installed")
    pytest.importorskip("psycopg")
    folder = Path(tempfile.mkdtemp(prefix="landscape_lab_"))  # pytest's folders are not for others
    if os.getuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    server = Server(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


def states(server):
    """Of all trials, in their order."""
    import psycopg

    with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
        return [state for (state,) in connection.execute("select state from trials order by number")]


def ended(running):
    _, told = running.communicate(timeout=400)
    assert running.returncode == 0, told
    assert "Traceback" not in told
    return told


def test_two_processes_share_a_study(server, tmp_path):
    words = [*STUDY, f"sweep.storage={server.url}"]
    both = [process(tmp_path, *words, f"hydra.sweep.dir={name}") for name in ("one", "two")]
    for running in both:
        ended(running)
    assert states(server) == ["COMPLETE"] * 12
    folders = [path.parent for path in tmp_path.glob("*/*/results.json")]
    assert sorted(int(folder.name.partition("_")[0]) for folder in folders) == list(range(12))
    assert {folder.parent.name for folder in folders} == {"one", "two"}


def test_a_server_that_restarts_does_not_end_the_study(server, tmp_path):
    running = process(tmp_path, *STUDY, f"sweep.storage={server.url}", "hydra.sweep.dir=sweep")
    for _ in range(1200):
        if len(list(tmp_path.glob("sweep/*/results.json"))) >= 2 or running.poll() is not None:
            break
        time.sleep(0.05)
    server.stop()
    time.sleep(2)
    server.start()
    assert "does not answer" in ended(running)
    assert states(server).count("COMPLETE") == 12
