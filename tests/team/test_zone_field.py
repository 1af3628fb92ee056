"""The field for a time zone is drawn as any other select, only faster."""

import pytest
from wtforms import Form, SelectField

from wbtest.team.zone_field import ZoneField
from wbtest.team.zones import time_zones

pytestmark = pytest.mark.one_database


class Ours(Form):
    zone = ZoneField("Zone")


class Usual(Form):
    zone = SelectField("Zone", choices=time_zones, validate_choice=False)


@pytest.mark.parametrize(
    "chosen", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Mars/<b>", None]
)
def test_it_is_drawn_as_a_select_of_the_library_is(chosen: str | None) -> None:
    ours, usual = Ours(data={"zone": chosen}), Usual(data={"zone": chosen})

    assert ours.zone(class_="control", autofocus=True) == usual.zone(
        class_="control", autofocus=True
    )
