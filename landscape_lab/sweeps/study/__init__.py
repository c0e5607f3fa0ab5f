"""A study: Optuna asks for trials, Hydra's launcher runs them, and their results teach the sampler."""
