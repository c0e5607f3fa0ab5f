"""The picture of what an optimizer is going to see."""

import numpy as np
import pytest


def test_picture_is_drawn_when_asked_for_and_does_not_change_the_run(lab):
    settings = [
        "landscape=turn",
        "augmentation=shift_noise",
        "callbacks=default",
        "~callbacks.progress",
        "~callbacks.pictures",
    ]
    drawn = lab(*settings, "augmentations=1", "steps=5", name="drawn")
    plain = lab(*settings, "steps=5", name="plain")
    none = lab(*settings[:1], *settings[2:], "augmentations=1", "steps=5", name="none")
    assert [(run.folder / "augmentations.png").is_file() for run in (drawn, plain, none)] == [
        True,
        False,
        False,
    ]
    assert drawn.metrics["config_hash"] == plain.metrics["config_hash"]
    np.testing.assert_array_equal(drawn.trajectory.points, plain.trajectory.points)
    with pytest.raises(ValueError, match="`augmentations` should be zero or a positive whole number"):
        lab(*settings, "augmentations=-1", "steps=5")
