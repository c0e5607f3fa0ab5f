"""What is kept of a descent: evenly spaced, bounded, in memory and in files."""
