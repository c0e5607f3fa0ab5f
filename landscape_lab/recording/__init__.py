"""Code that is not ours, recorded from the outside: plain loops, Lightning projects, checkpoints."""
