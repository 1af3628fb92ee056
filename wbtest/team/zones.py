"""The time zones that one may choose: for the days of an experiment, and for one's own morning."""

from functools import cache
from zoneinfo import available_timezones

AREAS = (
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@cache
def time_zones() -> dict[str, str]:
    """Names of the zones of places, as people read them, and UTC."""
    areas = tuple(f"{area}/" for area in AREAS)
    places = sorted(name for name in available_timezones() if name.startswith(areas))
    return {name: name.replace("_", " ") for name in ("UTC", *places)}
