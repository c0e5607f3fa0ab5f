"""What stands above a figure."""

import numpy as np
from scenes import scene, trajectory

from landscape_lab.drawing.figures import path_figure


def test_title_tells_optimizer_steps_and_final_loss():
    path = trajectory([[5, 5], [30, 5], [30, 35]], [0.8, 0.6, 0.25], label="spiral · lion, lr 0.03")
    title = path_figure(scene(path)).axes[0].get_title(loc="left")
    assert title == "spiral · lion, lr 0.03 · 2 steps · final loss 0.25"
    diverged = trajectory([[5, 5], [30, np.nan]], [0.8, np.nan])
    assert "diverged in step 1, best loss 0.8" in path_figure(scene(diverged)).axes[0].get_title(loc="left")
