"""Many runs: grids, tuning, races."""
