"""The life of an experiment from its seal on: steps, the seal, what stands there afterwards."""
