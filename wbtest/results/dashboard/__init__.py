"""What the team opens every morning: a first screen, and four tabs behind it.

``views`` are the tabs, ``shown`` what all of them say. The rest is pure, from results to a chart's
points or a sentence; only ``said``, ``steps`` and ``who_came`` ask the store.
"""
