"""B12 and B16: forms of many parts, empty ones, and texts that make careless checks slow."""

import re
from collections.abc import Iterable, Iterator

from tests.fuzz.asking import FROM_HERE, Request
from tests.fuzz.filling import Part, filled
from tests.fuzz.hostile import encoded
from tests.fuzz.nasty import BOUNDARY, PARTS, PLAIN
from tests.fuzz.rows import Row
from tests.fuzz.walk import Found
from tests.fuzz.world import World
from tests.team.matrix import cells
from tests.team.places import address
from wbtest.http import MOST_FIELDS

SLOW = (
    *(word * 50_000 + b"!" for word in (b"a", b" ", b"-", b"a@", b"1,", b"\n")),
    b"(" * 50_000,
    b"https://" + b"a." * 25_000,
    b"www." * 12_000,
    b"1 000 " * 8_000,
    b"\xcc\x81" * 25_000,
)
TOKEN = b"csrf_token"
# As many fields as are taken: what is longer is turned away unread, whoever it is for.
MOST = {PLAIN: MOST_FIELDS, PARTS: 1_000}


def empty_forms(world: World) -> Iterator[Row]:
    """What is sent without a word says what is missing, even where the page has no such form."""
    for cell in cells(world.app):
        if cell.method == "POST":
            path = address(world.app, cell.rule, world.place.values(cell.rule))
            body = f"csrf_token={world.csrf_token()}".encode()
            cookies = world.cookies_of("owner")
            yield Row("an empty form", Request("POST", path, body, PLAIN, FROM_HERE, cookies))


def parts_rows(world: World) -> Iterator[Row]:
    """B12: forms of more parts than anybody reads, and forms that do not say where parts end."""
    line = b'--%s\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' % BOUNDARY.encode()
    end = b"--%s--\r\n" % BOUNDARY.encode()
    kind = f"{PARTS}; boundary={BOUNDARY}"
    bodies = (
        ("1,001 parts", kind, line * 1_001 + end),
        ("a form full of parts", kind, line * (2**21 // len(line) - 1) + end),
        ("a million parts", kind, line * 1_000_000),
        ("no boundary", PARTS, line + end),
        ("an empty boundary", f"{PARTS}; boundary=", line + end),
        ("no end", kind, line),
        ("half a header", kind, line[:40]),
        ("half a million fields", PLAIN, b"a=&" * 500_000),
        ("half a million names", PLAIN, b"&".join(b"%x=" % n for n in range(250_000))),
    )
    for endpoint in ("team.login", "writing.save", "writing.import", "audience.signup"):
        rule = next(
            r for r in world.app.url_map.iter_rules(endpoint) if "POST" in (r.methods or ())
        )
        path = address(world.app, rule, world.place.values(rule))
        for what, kind_sent, body in bodies:
            cookies = world.cookies_of("owner")
            yield Row(what, Request("POST", path, body, kind_sent, FROM_HERE, cookies))


def form_rows(world: World, found: Iterable[Found]) -> Iterator[Row]:
    """B16 and B4: what makes a careless check of a text take for ever, in every field of text.

    A list holds the same field again in each entry, and every form the same token: of those the
    first is enough.
    """
    with_token: set[str] = set()
    for one in found:
        base = filled(one.form, world.csrf_token())
        known = {TOKEN} if one.form.kind in with_token else set()
        with_token.add(one.form.kind)
        most = MOST[one.form.kind] - len(base)
        sent: list[tuple[str, list[Part]]] = [("40,000 fields", [*base, *base[:1] * 40_000])]
        for place, part in enumerate(base):
            same = _numbered(part.name, 0)
            if same in known:
                continue
            known.add(same)
            name = part.name.decode()
            for text in SLOW:
                parts = [*base]
                parts[place] = part._replace(value=text)
                sent.append((f"{name} = {text[:9]!r}… × 50,000", parts))
            sent.append((f"{name} × {most:,}", [*base, *[part] * most]))
            if re.search(rb"-\d+", part.name):
                many = [part._replace(name=_numbered(part.name, n)) for n in range(most)]
                sent.append((f"{name} to {most:,}", [*base, *many]))
        for what, parts in sent:
            body, kind = encoded(parts, one.form.kind)
            cookies = {**world.cookies_of(one.people[-1]), **one.cookies}
            yield Row(what, Request("POST", one.path, body, kind, FROM_HERE, cookies))


def _numbered(name: bytes, number: int) -> bytes:
    """The name of the same field in another entry of its list."""
    return re.sub(rb"-\d+", b"-%d" % number, name, count=1)
