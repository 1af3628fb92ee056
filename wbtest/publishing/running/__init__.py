"""The life of an experiment from its seal on: steps, phases, what stands there afterwards."""
