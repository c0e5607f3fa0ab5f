"""What a user installs is whole: the README's commands run from a wheel in an empty folder."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from test_readme import COMMANDS, FILES

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the content of a wheel, as pip unpacks it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT]
    subprocess.run(build, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_readme_run_from_a_wheel_in_an_empty_folder(site, tmp_path, monkeypatch, command):
    monkeypatch.setenv("PYTHONPATH", str(site))
    for name, text in FILES:
        (tmp_path / name).write_text(text)
    words = [sys.executable, *command.split(), "steps=20"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    folder = Path(done.stdout.splitlines()[-1])
    assert tmp_path in folder.parents
    assert list(folder.rglob("results.json"))
    where = "import landscape_lab; print(landscape_lab.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert site in Path(found.stdout.strip()).parents
