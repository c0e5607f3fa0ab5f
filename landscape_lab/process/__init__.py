"""What the lab does to its process, and the machine to the lab: streams, signals, threads, Slurm."""
