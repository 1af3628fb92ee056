"""The forms that a page holds, read as a browser reads them. Pure."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

# What no text is typed into.
TICKS = ("checkbox", "radio")
BUTTONS = ("submit", "button", "image", "reset")


@dataclass(frozen=True)
class Field:
    """A name that a form sends. ``values`` is what it holds, ``choices`` what one may choose."""

    name: str
    kind: str
    values: tuple[str, ...]
    choices: tuple[str, ...] = ()
    is_required: bool = False


@dataclass
class Form:
    """A form as it stands in a page, with what it holds there."""

    action: str
    method: str
    kind: str
    fields: list[Field] = field(default_factory=list)
    has_plain_button: bool = False

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.name for each in self.fields)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._waiting: list[tuple[str, Field]] = []
        self._open: Form | None = None
        self._area: dict[str, str] | None = None
        self._select: dict[str, str] | None = None
        self._options: list[tuple[str, bool]] = []
        self._text: list[str] = []
        self._templates = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: text or "" for name, text in attrs}
        # What scripts copy from is no part of the page.
        self._templates += tag == "template"
        if self._templates:
            return
        if tag == "form":
            self._begin(given)
        elif tag == "input" and given.get("type") not in BUTTONS:
            self._add(given, _of_input(given))
        elif tag in ("input", "button") and given.get("name"):
            self._add(given, Field(given["name"], "button", (given.get("value", ""),)))
        elif tag == "button" and self._open is not None:
            self._open.has_plain_button |= given.get("type", "submit") == "submit"
        elif tag == "textarea":
            self._area, self._text = given, []
        elif tag == "select":
            self._select, self._options = given, []
        elif tag == "option" and self._select is not None:
            self._options.append((given.get("value", ""), "selected" in given))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._templates -= tag == "template"
        if self._templates:
            return
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._area is not None:
            text = "".join(self._text).removeprefix("\n")
            name, must = self._area.get("name", ""), "required" in self._area
            self._add(self._area, Field(name, "textarea", (text,), is_required=must))
            self._area = None
        elif tag == "select" and self._select is not None:
            choices = tuple(text for text, _ in self._options)
            chosen = tuple(text for text, is_chosen in self._options if is_chosen)
            given, self._select = self._select, None
            values = chosen if chosen or "multiple" in given else choices[:1]
            self._add(given, Field(given.get("name", ""), "select", values, choices))

    def _begin(self, given: dict[str, str]) -> None:
        kind = given.get("enctype", "application/x-www-form-urlencoded")
        self._open = Form(given.get("action", ""), given.get("method", "get").lower(), kind)
        self.forms.append(self._open)
        if "id" in given:
            self._by_id[given["id"]] = self._open

    def _add(self, given: dict[str, str], found: Field) -> None:
        if not found.name or "disabled" in given:
            return
        if "form" in given:
            self._waiting.append((given["form"], found))
        elif self._open is not None:
            self._open.fields.append(found)

    def close(self) -> None:
        super().close()
        for name, found in self._waiting:
            if name in self._by_id:
                self._by_id[name].fields.append(found)
        for form in self.forms:
            form.fields = _joined(form.fields)


def forms_in(page: str) -> list[Form]:
    """Return the forms of a page, in their order."""
    reader = _Reader()
    reader.feed(page.replace("\r\n", "\n"))
    reader.close()
    return reader.forms


def _of_input(given: dict[str, str]) -> Field:
    kind, value = given.get("type", "text").lower(), given.get("value", "")
    if kind not in TICKS:
        must = "required" in given
        return Field(given.get("name", ""), kind, (value,), is_required=must)
    value = given.get("value", "on")
    return Field(given.get("name", ""), kind, (value,) if "checked" in given else (), (value,))


def _joined(fields: list[Field]) -> list[Field]:
    """Ticks and buttons of one name are one choice among theirs."""
    found: dict[tuple[str, str], Field] = {}
    for place, each in enumerate(fields):
        is_choice = each.kind in (*TICKS, "button")
        key = (each.name, each.kind if is_choice else str(place))
        before = found.get(key)
        if before is None:
            found[key] = each
        else:
            choices = (*before.choices, *(each.choices or each.values))
            values = before.values if each.kind == "button" else (*before.values, *each.values)
            found[key] = Field(each.name, each.kind, values, choices)
    return list(found.values())
