"""What is told of the curvature at the end of a descent, in `results.json` and to loggers."""

import numpy as np
import pytorch_lightning as pl

from landscape_lab.callbacks.curves import log_curves
from landscape_lab.curvature import Spectrum


def told(found: Spectrum) -> dict[str, object]:
    """The ends of the spectrum, the trace, and both for each layer, as `results.json` has them."""
    return {
        "highest": found.top.tolist(),
        "lowest": found.bottom.tolist(),
        "relative_error": found.error,
        "trace": found.trace,
        "trace_error": found.error_of_trace,
        "layers": {
            name: {"highest": each.highest, "trace": each.trace, "trace_error": each.error}
            for name, each in found.layers.items()
        },
    }


def log_spectrum(trainer: pl.Trainer, found: Spectrum) -> None:
    """The same as scalars of the last step: `curvature/highest`, `curvature/layers/NAME/trace` and so on."""
    values = {"highest": float(found.top[0]), "lowest": float(found.bottom[-1]), "trace": found.trace}
    for name, each in found.layers.items():
        values |= {f"layers/{name}/highest": each.highest, f"layers/{name}/trace": each.trace}
    curves = {f"curvature/{name}": np.array([value]) for name, value in values.items()}
    for logger in trainer.loggers:
        log_curves(logger, np.array([trainer.global_step]), curves)
