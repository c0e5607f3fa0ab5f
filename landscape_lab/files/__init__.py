"""Files that appear whole, tell whether they are as they were written, and belong to one process."""
