"""Every drill there is, in the order of the table."""

from tests.drills import (
    backing_up,
    busy,
    database_gone,
    deploys,
    enumeration,
    flood,
    full_disk,
    killing,
    locked,
    machines,
    mail_faults,
    mailing,
    migrating,
    power,
    rush,
    worker_gone,
)
from tests.drills.outcome import Drill

PARTS = (
    busy,
    rush,
    flood,
    killing,
    power,
    mailing,
    migrating,
    deploys,
    full_disk,
    locked,
    database_gone,
    machines,
    mail_faults,
    backing_up,
    worker_gone,
    enumeration,
)
ALL: list[Drill] = [drill for part in PARTS for drill in part.DRILLS]
