"""Whether the statistics keep what they promise: computed where that can be, simulated where not.

``course.measure`` runs it, ``report`` says what came out. Nothing here is used by a verdict; the
modules import numpy, so they are imported where they are used.
"""
