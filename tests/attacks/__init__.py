"""Attacks on a verdict, and how often one gets through unseen: ``make attacks``.

Worlds of honest visitors and the attackers among them are drawn from a seed. ``simulation`` lets
them through the gate's rule and judges them by the product's own code, thousands of tests in a
minute; ``through`` sends them through a real app. ``adversary`` looks for the cheapest attack.
``valid`` counts how often the gate lets honest tests say what is wrong.
"""
