"""A sweep of 500 jobs in one process: what a job costs beside its descent, and whether memory stays flat.

Adam on the spiral, 100 steps, 500 seeds, with the default callbacks and logger. The process is
watched from outside: its resident memory after 20 jobs and after all, and the time between; the
descents' own seconds are in each job's `results.json`.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

JOBS = 500
WARM = 20
COMMAND = [
    sys.executable,
    "-m",
    "landscape_lab",
    "-m",
    "optimizer=adam",
    "steps=100",
    f"seed=range(0,{JOBS})",
]


def resident(process: int) -> float:
    """Resident memory of a process between its jobs, in MiB: the lowest of some looks."""
    looks = []
    for _ in range(10):
        (line,) = (
            line
            for line in Path(f"/proc/{process}/status").read_text().splitlines()
            if line.startswith("VmRSS")
        )
        looks.append(int(line.split()[1]) / 1024)
        time.sleep(0.01)
    return min(looks)


def main() -> None:
    """Print time and memory."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        process = subprocess.Popen(
            [*COMMAND, f"hydra.sweep.dir={folder}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        rows: list[tuple[int, float, float]] = []
        done = 0
        while done < JOBS and process.poll() is None:
            time.sleep(0.05)
            done = sum(1 for _ in Path(folder).glob("*/results.json"))
            if done >= WARM and (not rows or done >= rows[-1][0] + 40 or done == JOBS):
                rows.append((done, time.perf_counter() - began, resident(process.pid)))
        for number, seconds, memory in rows:
            print(f"{number:4d} jobs   {seconds:6.1f} s   {memory:7.1f} MiB")
        process.wait()
        whole = time.perf_counter() - began
        descents = [json.loads(path.read_text())["seconds"] for path in Path(folder).glob("*/results.json")]
    (first, early, least), (last, late, end) = rows[0], rows[-1]
    each, descent = (late - early) / (last - first), sum(descents) / len(descents)
    print(
        f"a job {1e3 * each:.0f} ms, its descent {1e3 * descent:.0f} ms, "
        f"overhead {1e3 * (each - descent):.0f} ms"
    )
    print(f"memory {end / least - 1:+.1%} of that after {first} jobs")
    print(f"before the first jobs and after the last, with the leaderboard: {whole - (late - early):.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        began, command = time.perf_counter(), [sys.executable, "-m", "landscape_lab", "-m", "sweep=race"]
        subprocess.run(
            [*command, f"hydra.sweep.dir={folder}"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        print(f"the default race: {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
