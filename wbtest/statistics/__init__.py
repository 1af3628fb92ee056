"""Counts in, intervals and evidence out. Pure: no clock, no randomness, no store, no web.

Importing this package loads neither numpy nor scipy; the first figure that needs them does.
"""

from wbtest.statistics.bayes import Beta, Ranking, Tails, expected, posterior, rank, tails
from wbtest.statistics.comparison import (
    Comparison,
    compare,
    find_best,
    log_e_better,
    log_e_unequal,
    ratio_sequence,
)
from wbtest.statistics.counts import Counts, Interval, counts_of, evidence_needed, p_value
from wbtest.statistics.planning import (
    Plan,
    comparison_visitors,
    default_hoped_for,
    plan,
    target_visitors,
)
from wbtest.statistics.rate import (
    decision_interval,
    log_e_above,
    log_e_above_path,
    log_e_below,
    log_e_below_path,
    odds_ratio,
    sequence,
    wilson,
)
from wbtest.statistics.split import Split, log_e_split_path, split
