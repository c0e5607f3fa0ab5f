"""Going on where a run stopped: from which checkpoint, and what optimizers keep beside their tensors."""
