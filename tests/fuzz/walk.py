"""Which forms there are: every page is opened as everybody, and its forms are read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from tests.fuzz.asking import Request
from tests.fuzz.nasty import PLAIN
from tests.fuzz.pages import Field, Form, forms_in
from tests.fuzz.world import NOWHERE, PEOPLE, World
from tests.team.matrix import cells
from tests.team.places import address

# What scripts send, and what is sent by forms that no page of this team shows just now.
SENT_OTHERWISE = {
    "writing.restore": ("text",),
    "audience.seen": ("token",),
    "audience.did": ("token", "read", "use"),
}


@dataclass
class Found:
    """A form, where it is sent to and by whom; ``cookies`` came with its page."""

    address: str
    path: str
    form: Form
    people: list[str] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    has_page: bool = True


def find_forms(
    world: World, people: Iterable[str] = PEOPLE, part: slice = slice(None)
) -> list[Found]:
    """Return every form that POSTs, once for all who see it, and every route without one.

    ``part`` says which of the pages are opened.
    """
    found: dict[tuple[str, frozenset[str]], Found] = {}
    for person in people:
        for path in pages(world)[part]:
            for one in _forms_at(world, path, person):
                before = found.setdefault((one.address, one.form.names), one)
                if person not in before.people:
                    before.people.append(person)
    known = {one.address for one in found.values()}
    return [*found.values(), *(one for one in _without_a_page(world) if one.address not in known)]


def pages(world: World) -> list[str]:
    """Return the addresses of all pages of the filled team; PDF files take too long."""
    return [
        address(world.app, cell.rule, world.place.values(cell.rule))
        for cell in cells(world.app)
        if cell.method == "GET" and not cell.rule.rule.endswith(".pdf")
    ]


def _forms_at(world: World, path: str, person: str) -> Iterable[Found]:
    answer = world.ask(Request("GET", path, cookies=world.cookies_of(person)))
    world.put_back()
    if answer.status >= 500 or answer.mimetype != "text/html":
        return
    for form in forms_in(answer.text):
        sent_to = urlsplit(urljoin(path, form.action))._replace(fragment="").geturl()
        where = world.address_of(Request("POST", sent_to))
        if form.method == "post" and NOWHERE not in where:
            cookies = {
                name: text
                for name, text in answer.cookies.items()
                if text and name not in world.cookies_of(person)
            }
            yield Found(where, sent_to, form, [person], cookies)


def _without_a_page(world: World) -> Iterable[Found]:
    for cell in cells(world.app):
        if cell.method != "POST":
            continue
        path = address(world.app, cell.rule, world.place.values(cell.rule))
        names = SENT_OTHERWISE.get(cell.rule.endpoint, ())
        fields = [
            Field("csrf_token", "hidden", ("",)),
            *(Field(each, "text", ("",)) for each in names),
        ]
        yield Found(
            world.address_of(Request("POST", path)),
            path,
            Form(path, "post", PLAIN, fields),
            list(PEOPLE[::-1]),
            has_page=False,
        )
