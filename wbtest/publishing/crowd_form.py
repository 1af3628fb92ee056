"""The rows of the rule's form in which a team announces crowds, in the local time of the test."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Form, FormField, StringField

from wbtest.publishing.crowds import MOST_CROWDS, Crowd
from wbtest.publishing.fields import MomentField, WholeField
from wbtest.publishing.forms import filled
from wbtest.writing.forms import SheetRows

# Under these names the form has fields that the rule calls otherwise: `from` is a Python keyword.
FIELDS = {"from": "from_at", "until": "until_at"}


class CrowdForm(Form):
    """One crowd. A row that nobody filled in is none."""

    name = StringField("Name", default="")
    from_at = MomentField("From", [filled])
    until_at = MomentField("Until", [filled])
    people = WholeField("People at most", [filled])
    networks = WholeField("Networks", [filled], default=1)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed; a new row already says 1 network."""
        typed: list[Any] = [self.name, self.from_at, self.until_at, self.people]
        return not any(field._value().strip() for field in typed)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the row can be a crowd, or is blank."""
        return self.is_blank or super().validate(extra_validators)

    def crowd(self, zone: ZoneInfo) -> Crowd:
        """The crowd of a valid row."""
        data = self.data
        from_at, until_at = (data[name].replace(tzinfo=zone) for name in ("from_at", "until_at"))
        return Crowd(data["name"], from_at, until_at, data["people"], data["networks"])


class CrowdRows(SheetRows):
    """A row for each crowd, and a blank one while there is none."""

    def __init__(self, **more: Any) -> None:
        # One more than allowed is read, so that it can be refused.
        super().__init__(FormField(CrowdForm), "Crowds", max_entries=MOST_CROWDS + 1, **more)

    def process(self, formdata: Any, data: Any = (), extra_filters: Any = None) -> None:
        """Read what was typed, or make a row for each of ``data``."""
        super().process(formdata, data, extra_filters)
        if not formdata and not self.entries:
            self.append_entry()

    @property
    def filled(self) -> list[Any]:
        """The rows in which something was typed."""
        return [row for row in self.entries if not row.form.is_blank]

    @property
    def has_room(self) -> bool:
        """Whether there may be another row."""
        return len(self.entries) < MOST_CROWDS

    def add(self) -> None:
        """Add a blank row where there is room."""
        if self.has_room:
            self.append_entry()

    def remove(self, name: str) -> None:
        """Remove the row of this name, if there is one."""
        self.entries = [row for row in self.entries if row.name != name]
        self._compact_indices()  # type: ignore[attr-defined]  # its stubs leave it out

    def crowds(self, zone: ZoneInfo) -> tuple[Crowd, ...]:
        """The crowds of valid rows, whose times are those of ``zone``."""
        return tuple(row.form.crowd(zone) for row in self.filled)

    def put_error(self, place: int, name: str, sentence: str) -> None:
        """Show what is wrong with a crowd, counted from 0, at the field of this name."""
        field = self.filled[place].form[FIELDS.get(name, name)]
        field.errors = [*field.errors, sentence]
        self.errors = [row.errors for row in self.entries]


def values_of(crowds: Iterable[Crowd], zone: ZoneInfo) -> list[dict[str, Any]]:
    """What stands in the fields of each crowd."""
    return [
        {
            "name": crowd.name,
            "from_at": _local(crowd.from_at, zone),
            "until_at": _local(crowd.until_at, zone),
            "people": crowd.people,
            "networks": crowd.networks,
        }
        for crowd in crowds
    ]


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
