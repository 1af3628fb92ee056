"""Whether the readers of a text mean the same: their answers side by side."""
