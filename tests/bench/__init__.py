"""How fast we are, as ratios to a floor measured in the same run. Not part of the package."""
