"""How often the verdict is wrong: computed at the boundary, simulated for founders who look daily.

``course.measure`` runs it. No verdict uses anything in here; the modules import numpy, so they are
imported where they are used.
"""
