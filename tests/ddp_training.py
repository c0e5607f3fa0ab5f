"""Two processes train one module; the first records. Run by `test_recorder.py`: its argument is a folder."""

import os
import sys

import numpy as np
import pytorch_lightning as pl
import torch
from foreign_modules import Plain, loader

from landscape_lab import TrajectoryRecorder


def main(folder):
    torch.set_num_threads(1)
    pl.seed_everything(0)
    recorder = TrajectoryRecorder(every=2, to=f"{folder}/points.f16")
    trainer = pl.Trainer(
        max_steps=5,
        accelerator="cpu",
        devices=2,
        strategy=pl.strategies.DDPStrategy(process_group_backend="gloo"),
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=folder,
        callbacks=[recorder, pl.callbacks.ModelCheckpoint(folder, "last")],
    )
    module = Plain()
    trainer.fit(module, loader())
    rank = os.environ.get("LOCAL_RANK", "0")
    weights = torch.cat([part.detach().flatten() for part in module.parameters()]).numpy()
    np.save(f"{folder}/weights_{rank}.npy", weights)
    if rank == "0":
        recorder.trajectory.save(f"{folder}/trajectory.npz")
    else:
        assert recorder.trajectory.best == (0, recorder.trajectory.best[1])
        assert recorder.trajectory.state_dict()["curves"] is None  # only the first process records


if __name__ == "__main__":
    main(sys.argv[1])
