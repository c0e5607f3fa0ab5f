"""The parts of a network as a landscape: its weights, its data and draws, what is asked of it, and its members."""
