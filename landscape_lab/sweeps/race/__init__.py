"""A race: several optimizers, tuned alike on several landscapes, and how fast each then reaches the targets."""
