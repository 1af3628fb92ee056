"""Every drill there is, in the order of the table."""

from drills import (
    backing_up,
    busy,
    clocks,
    contended,
    database_gone,
    deploys,
    full_disk,
    keys,
    killing,
    locked,
    mail_faults,
    mailing,
    migrating,
    names,
    power,
    rush,
    slow,
    soak,
    uploads,
    worker_gone,
)
from drills.outcome import Drill

PARTS = (
    busy,
    soak,
    slow,
    rush,
    killing,
    power,
    mailing,
    migrating,
    deploys,
    full_disk,
    uploads,
    locked,
    contended,
    database_gone,
    mail_faults,
    clocks,
    names,
    backing_up,
    worker_gone,
    keys,
)
ALL: list[Drill] = [drill for part in PARTS for drill in part.DRILLS]
