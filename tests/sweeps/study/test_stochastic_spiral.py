"""A study is worth its time: sixty trials on the stochastic spiral beat every default."""

import pytest
from sweeping import leaderboard, process

SPIRAL = ["landscape=spiral", "augmentation=shift_noise", "steps=1000", "ensemble=seeds", "ensemble.seeds=4"]


@pytest.mark.slow
def test_sixty_trials_beat_every_default_in_the_catalogue(tmp_path):
    for name, choice in (("study", "sweep=optimizers"), ("defaults", "optimizer=glob(*)")):
        process(
            tmp_path, "-m", choice, *SPIRAL, "callbacks=none", "logger=none", f"hydra.sweep.dir={name}"
        ).communicate()
    trials, defaults = leaderboard(tmp_path / "study"), leaderboard(tmp_path / "defaults")
    assert len(trials) == 60
    assert sum(row["status"] == "pruned" for row in trials) >= 10
    ranked = [row for row in defaults if row["rank"]]
    assert len(ranked) > 150
    assert float(trials[0]["final_loss"]) < float(ranked[0]["final_loss"]), (trials[0], ranked[0])
