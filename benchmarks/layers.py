"""What `callbacks=layers` costs a step, at its default interval: `python benchmarks/layers.py`.

CPU seconds of one thread, runs with and without in turn, medians of five rounds.
"""

import logging
import statistics
import tempfile
import time
import warnings

import pytorch_lightning as pl
import torch

from landscape_lab import Descent
from landscape_lab.callbacks import Layers
from landscape_lab.data import build_data
from landscape_lab.data.images import digits
from landscape_lab.data.sequences import text
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.models import Transformer, build_model, lenet

ROUNDS, STEPS = 5, 200


def seconds(landscape: NetworkLandscape, layers: bool) -> float:
    """CPU seconds of a descent."""
    with tempfile.TemporaryDirectory() as folder:
        callbacks = [Layers(folder)] if layers else []
        descent = Descent(
            landscape, lambda parameters: torch.optim.Adam(parameters, lr=1e-3, fused=True), STEPS
        )
        quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
        trainer = pl.Trainer(**quiet, enable_model_summary=False, callbacks=callbacks, max_steps=STEPS)
        pictures = pl.Callback.on_fit_end
        if layers:
            callbacks[0].on_fit_end = lambda *_: pictures(callbacks[0], *_)  # the picture is drawn once a run
        began = time.process_time()
        trainer.fit(descent)
        return time.process_time() - began


def main() -> None:
    """Print a row for each network."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    networks = {
        "LeNet on digits, batch 16": (lenet, build_data(digits), 16),
        "transformer on text, batch 16": (Transformer, build_data(text), 16),
    }
    for name, (maker, data, size) in networks.items():
        model, data = build_model(maker, data)
        landscape = NetworkLandscape(model, data, batch_size=size)
        pairs = [[seconds(landscape, layers) for layers in (False, True)] for _ in range(ROUNDS)]
        plain = statistics.median(one for one, _ in pairs) / STEPS
        ratio = statistics.median(other / one for one, other in pairs)
        print(f"{name}: {1e3 * plain:.2f} ms a step, with layers {100 * (ratio - 1):+.1f} %")


if __name__ == "__main__":
    main()
