"""B10 and A16 for programs: what is no object of JSON, and keys that nobody may send."""

import gzip
import json
from collections.abc import Iterator

from tests.api.test_every_address import BODIES as BODIES_THAT_FIT
from tests.fuzz.asking import Request
from tests.fuzz.nasty import EXTRA, PLAIN
from tests.fuzz.rows import Row
from tests.fuzz.world import World
from wbtest.api.routes import BEGINS, ROUTES

JSON = "application/json"
UNREADABLE, NOT_KNOWN = (400, 413, 415), (422,)
DEEP, MANY = 100_000, 50_000
BODIES = (
    ("an array", b"[]"),
    ("a word", b'"x"'),
    ("null", b"null"),
    ("a number", b"1"),
    ("nothing", b""),
    ("100,000 arrays in each other", b"[" * DEEP + b"]" * DEEP),
    ("100,000 objects in each other", b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    ("a key twice", b'{"a": 1, "a": 2}'),
    (
        "50,000 keys, the last twice",
        b"{%s}" % b",".join(b'"%x":1' % min(n, MANY - 2) for n in range(MANY)),
    ),
    ("a number that is none", b'{"a": 1e400}'),
    ("a number of 5,000 digits", b'{"a": ' + b"9" * 5_000 + b"}"),
    ("not a number", b'{"a": NaN}'),
    ("a comma too many", b'{"a": 1,}'),
    ("NUL in a text", b'{"a": "x\\u0000"}'),
    ("half a character", b'{"a": "\\ud800"}'),
    ("no UTF-8", b'{"a": "\xff"}'),
    ("UTF-16", '{"a": 1}'.encode("utf-16")),
    ("2 MB", json.dumps({"a": "x" * 2**21}).encode()),
)


def json_rows(world: World) -> Iterator[Row]:
    """B10: what is no object of JSON, to every address of the API that takes one."""
    token = ("Authorization", f"Bearer {world.tokens['owner']}")
    packed, unpacked_by = (
        gzip.compress(b'{"a": "' + b"x" * 10_000_000 + b'"}'),
        ("Content-Encoding", "gzip"),
    )
    for route in ROUTES:
        if route.method not in ("POST", "PUT", "PATCH"):
            continue
        path = path_of(route.address)
        for what, body in BODIES:
            # An address that takes nothing is right to take nothing.
            allowed = () if not body else UNREADABLE
            yield Row(what, Request(route.method, path, body, JSON, (token,)), allowed)
        request = Request(route.method, path, packed, JSON, (token, unpacked_by))
        yield Row("10 MB in 10 KB", request, UNREADABLE)
        for name, value in EXTRA:
            told = {**BODIES_THAT_FIT.get(route.name, {}), name.decode(): value.decode()}
            request = Request(route.method, path, json.dumps(told).encode(), JSON, (token,))
            # A picture is sent as the file that it is, so that address takes no JSON at all.
            takes_json = route.name != "add_picture"
            allowed = NOT_KNOWN if takes_json else (*NOT_KNOWN, 415)
            # What the address is there to change may be sent.
            if name.decode() in BODIES_THAT_FIT.get(route.name, {}):
                allowed = ()
            yield Row(f"with {name.decode()}", request, allowed)
        for kind in ("text/plain", PLAIN, "", "application/xml", "application/json; charset=utf-7"):
            allowed = () if "json" in kind else UNREADABLE
            yield Row(f"as {kind}", Request(route.method, path, b"{}", kind, (token,)), allowed)


def path_of(rule: str) -> str:
    """An address of the API whose every number is 1."""
    path = BEGINS + rule
    while "<" in path:
        before, _, rest = path.partition("<")
        path = f"{before}1{rest.partition('>')[2]}"
    return path
