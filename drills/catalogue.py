"""Every drill there is, in the order of the table."""

from drills import (
    backing_up,
    busy,
    database_gone,
    deploys,
    full_disk,
    killing,
    locked,
    mailing,
    migrating,
    power,
    rush,
)
from drills.outcome import Drill

PARTS = (
    busy,
    killing,
    deploys,
    locked,
    full_disk,
    database_gone,
    backing_up,
    rush,
    power,
    mailing,
    migrating,
)
ALL: list[Drill] = [drill for part in PARTS for drill in part.DRILLS]
