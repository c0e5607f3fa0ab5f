"""A race: optimizers are tuned alike on several landscapes, then compared by how fast they reach targets."""
