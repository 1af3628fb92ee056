"""The field for a time zone: its four hundred options are drawn once for each that is chosen."""

from functools import lru_cache
from typing import Any

from markupsafe import Markup
from wtforms import Field, SelectField
from wtforms.widgets import Select, html_params

from wbtest.team.zones import time_zones


class ZoneSelect(Select):
    """As any other select, without making each option anew: they took half of a form's time."""

    def __call__(self, field: Field, **details: Any) -> Markup:
        params = html_params(name=field.name, **{"id": field.id, **details})
        chosen = field.data if field.data in time_zones() else ""
        return Markup(f"<select {params}>{_options(chosen)}</select>")  # noqa: S704 - both are escaped


class ZoneField(SelectField):
    """One of ``time_zones``; whether it is, the verb that takes it says."""

    widget = ZoneSelect()

    def __init__(self, label: str, **details: Any) -> None:
        super().__init__(label, choices=time_zones, validate_choice=False, **details)


@lru_cache(maxsize=64)
def _options(chosen: str) -> Markup:
    option = Markup("<option {}>{}</option>")
    return Markup("").join(
        option.format(Markup(html_params(value=name, selected=name == chosen)), label)  # noqa: S704 - escaped
        for name, label in time_zones().items()
    )
