"""The folder of a sweep belongs to one process: the one chosen, or a free one, which all jobs get."""

import pytest
from hydra.core.utils import setup_globals
from omegaconf import OmegaConf

from landscape_lab.files.owning import FolderTaken, owned
from landscape_lab.sweeps.ownership import own_sweep


def sweep(folder):
    return OmegaConf.create({"hydra": {"sweep": {"dir": str(folder)}, "overrides": {"hydra": []}}})


def test_a_folder_that_was_chosen_is_refused_while_another_one_sweeps_there(tmp_path):
    with (
        owned(tmp_path / "mine"),
        pytest.raises(FolderTaken, match="belongs to another running process"),
        own_sweep(sweep(tmp_path / "mine")),
    ):
        pass


def test_a_folder_named_by_the_second_makes_room_and_all_jobs_get_the_other(tmp_path):
    setup_globals()
    config = sweep(tmp_path / "${now:%Y}")
    first = config.hydra.sweep.dir
    with owned(tmp_path / first), own_sweep(config):
        assert config.hydra.sweep.dir == f"{first}_1"
        assert config.hydra.overrides.hydra == [f"hydra.sweep.dir='{first}_1'"]


def test_a_free_folder_stays_the_one_that_was_named(tmp_path):
    config = sweep(tmp_path / "mine")
    with own_sweep(config):
        assert (tmp_path / "mine" / ".lock").is_file()
    assert config.hydra.overrides.hydra == []
    assert not (tmp_path / "mine").exists()
