"""B13, B15 and B17: unknown methods, addresses and queries; cookies and tokens of nobody."""

from collections.abc import Iterator

from tests.fuzz.asking import Request
from tests.fuzz.nasty import QUERIES
from tests.fuzz.rows import Row
from tests.fuzz.rows_of_json import path_of
from tests.fuzz.world import World
from tests.team.matrix import cells
from tests.team.places import address
from wbtest.api.routes import ROUTES

HUGE = 10**30
GARBAGE = (
    *("x", "\xff\xfe", "a\x01b", "=", ";;;", "x" * 8_192, "..", "{}", '"', '"\\', "a.b.c", "%00"),
    *("eyJjc3JmX3Rva2VuIjoiMCJ9.aAAAAA.forged", "é".encode().decode("latin-1") * 40, "1", "-1"),
)

SCHEMES = ("Bearer ", "Basic ", "bearer\t", "")


def queries(world: World) -> Iterator[Row]:
    """B15 and B3: what stands behind the question mark, and in the place of a name in a path."""
    asked = (
        *QUERIES[1:],
        "sort=__class__",
        "fields=password_hash",
        f"before={HUGE}&since={HUGE}&person={HUGE}",
        "before=x",
        "kind=%00",
    )
    for cell in cells(world.app):
        if cell.method != "GET" or cell.rule.rule.endswith(".pdf"):
            continue
        values = world.place.values(cell.rule)
        path, cookies = address(world.app, cell.rule, values), world.cookies_of("owner")
        for query in asked:
            yield Row(f"?{query}", Request("GET", f"{path}?{query}", cookies=cookies))
        for name in cell.rule.arguments & values.keys():
            if not cell.takes_any(name):
                continue
            for text in ("a%00b", "%ff%fe", "%ed%a0%80", "%E2%80%AE", "x" * 9_000, "..", "%2e%2e"):
                mark = "namenamename"
                marked = address(world.app, cell.rule, {**values, name: mark})
                path_sent = marked.replace(mark, text)
                yield Row(f"{name} {text[:9]}", Request("GET", path_sent, cookies=cookies))


def garbage(world: World) -> Iterator[Row]:
    """B17: cookies and tokens that nobody was given are as good as none."""
    names = (world.app.config["SESSION_COOKIE_NAME"], "wb-session", "wb-ignore", "wb-1", "wb-code")
    for cell in cells(world.app):
        if cell.method != "GET" or cell.rule.rule.endswith(".pdf"):
            continue
        path = address(world.app, cell.rule, world.place.values(cell.rule))
        for place, text in enumerate(GARBAGE):
            cookies = {names[place % len(names)]: text, names[(place + 1) % len(names)]: text}
            yield Row(f"cookies {text[:9]!r}", Request("GET", path, cookies=cookies))
    # One place reads the header for all of them, so each meets every text, and a scheme in turn.
    for nth, route in enumerate(ROUTES):
        for place, text in enumerate(GARBAGE):
            scheme = SCHEMES[(nth + place) % len(SCHEMES)]
            headers = (("Authorization", f"{scheme}{text}"),)
            request = Request(route.method, path_of(route.address), headers=headers)
            yield Row(f"token {text[:9]!r}", request, (401,))


def unknown_methods(world: World) -> Iterator[tuple[str, str, str]]:
    """B13: what no address does, each says with what it does instead. Yields faults."""
    for cell in cells(world.app):
        path = address(world.app, cell.rule, world.place.values(cell.rule))
        for method in ("TRACE", "PUT", "FOO"):
            request = Request(method, path, cookies=world.cookies_of("owner"))
            answer = world.ask(request)
            known = {word.strip() for word in answer.headers.get("allow", "").split(",")}
            if answer.status != 405 or not (cell.rule.methods or set()) <= known:
                yield f"{method} {cell.rule.rule}", f"answers {answer.status}", request.curl


def heads(world: World) -> Iterator[tuple[str, str, str]]:
    """B13: who asks only for the head of a page changes and reads nothing. Yields faults."""
    for cell in cells(world.app):
        if cell.method != "GET" or cell.rule.rule.endswith(".pdf"):
            continue
        path = address(world.app, cell.rule, world.place.values(cell.rule))
        request = Request("HEAD", path, cookies=world.cookies_of("owner"))
        answer = world.ask(request)
        has_written = world.put_back()
        if answer.body or has_written or (answer.status >= 500 and answer.status != 503):
            what = (
                f"answers {answer.status}, {len(answer.body)} bytes{', and writes' * has_written}"
            )
            yield f"HEAD {cell.rule.rule}", what, request.curl
