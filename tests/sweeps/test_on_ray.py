"""Jobs on the nodes of a Ray cluster, which have to see the sweep's folder; real Ray in `make launchers`."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from sweeping import leaderboard, process

from landscape_lab.sweeps import on_ray

SWEEP = ["-m", "landscape=turn", "optimizer=adam,lion", "seed=0,1", "steps=20", "logger=none"]
ON_RAY = ["hydra/launcher=ray"]


def test_without_ray_a_line_says_what_to_install(quiet_command, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    done = quiet_command(*SWEEP, *ON_RAY, "hydra.sweep.dir=sweep")
    assert done.status == 1
    assert done.written.err.endswith("needs Ray: pip install 'landscape-lab[ray]' puts it there.\n")


def test_a_file_that_comes_late_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(on_ray, "PAUSE", 0.001)
    assert not on_ray._sees(str(tmp_path / "x"))
    monkeypatch.setattr(time, "sleep", lambda seconds: (tmp_path / "x").touch())
    assert on_ray._sees(str(tmp_path / "x"))


class Cluster:
    """Nodes on this machine, of one processor each, which end with the test."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.nodes: list[subprocess.Popen] = []
        self.start("--head", "--node-ip-address=127.0.0.1", f"--port={address[10:]}")

    def start(self, *words: str, before: str = ":") -> None:
        """Start a node, from a shell that runs another command before it."""
        common = ["--num-cpus=1", "--object-store-memory=80000000", "--disable-usage-stats", "--block"]
        node = [sys.executable, "-m", "ray.scripts.scripts", "start", *words, *common]
        apart = ["unshare", "-m"] if before != ":" else []
        self.nodes.append(
            subprocess.Popen(
                [*apart, "sh", "-c", f'{before}; exec "$@"', "sh", *node],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
        self.wait_for(len(self.nodes))

    def wait_for(self, number: int) -> None:
        """Until so many nodes are there."""
        count = (
            "import ray; ray.init(logging_level='ERROR'); print(sum(node['Alive'] for node in ray.nodes()))"
        )
        for _ in range(30):
            found = subprocess.run([sys.executable, "-c", count], capture_output=True, text=True, check=False)
            if found.stdout.strip() == str(number):
                return
        raise TimeoutError(found.stderr)

    def stop(self) -> None:
        for node in reversed(self.nodes):
            os.killpg(node.pid, signal.SIGTERM)
        for node in self.nodes:
            node.wait(60)


@pytest.fixture
def cluster(monkeypatch):
    """A cluster of one node so far."""
    pytest.importorskip("ray")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{free.getsockname()[1]}")
    cluster = Cluster(os.environ["RAY_ADDRESS"])
    yield lambda before=":": cluster.start(f"--address={cluster.address}", before=before)
    cluster.stop()


@pytest.mark.slow
@pytest.mark.launcher
def test_two_nodes_give_the_bits_of_this_process(cluster, tmp_path):
    cluster()
    boards = []
    for folder, words in (("basic", []), ("ray", ON_RAY)):
        running = process(tmp_path, *SWEEP, f"hydra.sweep.dir={folder}", *words)
        _, told = running.communicate(timeout=400)
        assert running.returncode == 0, told
        assert "Traceback" not in told
        boards.append(leaderboard(tmp_path / folder))
    assert boards[0] == boards[1]
    assert len(boards[0]) == 4


@pytest.mark.slow
@pytest.mark.launcher
@pytest.mark.skipif(os.getuid() != 0, reason="only root can hide a folder from a process")
def test_a_node_that_does_not_see_the_folder_is_told_before_the_first_job(cluster, tmp_path):
    (tmp_path / "shared").mkdir()
    cluster(before=f"mount -t tmpfs none {tmp_path}/shared")
    running = process(tmp_path, *SWEEP, "hydra.sweep.dir=shared/sweep", *ON_RAY)
    _, told = running.communicate(timeout=400)
    assert running.returncode == 1, told
    assert "shared/sweep should be on a file system that all nodes of Ray's cluster share." in told
    assert "Traceback" not in told
    assert not list(tmp_path.glob("shared/sweep/*/results.json"))
