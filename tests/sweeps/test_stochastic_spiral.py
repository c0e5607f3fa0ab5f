"""A study is worth its time: sixty trials on the stochastic spiral beat what every optimizer does by default."""

import pytest
from optuna.trial import TrialState
from sweeps.test_tuning import study_in

from landscape_lab.configuration import CONF

SPIRAL = ["landscape=spiral", "augmentation=shift_noise", "steps=1000"]


@pytest.mark.slow
def test_sixty_trials_beat_every_curated_default(command, lab):
    status, written = command("-m", "sweep=optimizers", *SPIRAL, "sweep.n_trials=60", "hydra.sweep.dir=study")
    assert (status, written.err) == (0, "")
    study = study_in("study")
    assert len(study.trials) == 60
    assert sum(trial.state is TrialState.PRUNED for trial in study.trials) >= 10
    for path in sorted((CONF / "optimizer").glob("*.yaml")):
        result = lab(*SPIRAL, f"optimizer={path.stem}", name=path.stem)
        assert result.metrics["final_loss"] > study.best_value, path.stem
