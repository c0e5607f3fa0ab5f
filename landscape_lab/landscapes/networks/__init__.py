"""The parts of a network's landscape: weights, data, draws, loss and members."""
