"""Generated histories of tests, and what was computed from each of them when they were frozen."""
