"""A host of a test's own over the wire: attacked at our server, and through Caddy with TLS."""

import re
import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.audience.larder import draft_page, start_page
from tests.caddy import running_caddy
from tests.cli.conftest import Instance, Served, serving
from tests.delivery.sink import local
from tests.service.ports import free_port
from wbtest.cli.serve import prepare
from wbtest.extensions import runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.own_hosts import find_host_trouble

TEAM, HOST, ENDED, DRAFT = "try.example.com", "halfchair.com", "kiln.example", "draft.example"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
# As no program of good manners sends them.
OUTWARD = (
    *("//login", "///login", "/%2e%2e/login", "/..%2flogin", "/./login", "/login%00", "/login%20"),
    *("/static/../login", "/static/%2e%2e/login", "/confirm/../login", "/confirm/%2e%2e/login"),
    *("/p/larder/../../login", "/p/larder/%2e%2e/%2e%2e/login", "/%6cogin", "/LOGIN", "/login?x=/"),
    *("/ideas", "/api/v1/experiments", "/settings", "/setup/x", "/\\login", "/login#", "*"),
    *("/privacy/x.css", "/privacy;.png", "/;.css", "/x.png", "/.env", "/.git/HEAD"),
)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Instance:
    """An instance behind TLS with a page at a host of its own, one that is over, and a draft."""
    folder = tmp_path_factory.mktemp("instance")
    instance = Instance(
        {
            "WBTEST_INSTANCE": str(folder),
            "WBTEST_BASE_URL": f"https://{TEAM}",
            "WBTEST_TRUSTED_PROXIES": "1",
        }
    )
    shutil.copyfile(migrated, folder / "wbtest.db")
    prepare(instance.settings)
    with instance.opened():
        start_page(host=HOST)
        over = start_page(slug="kiln", host=ENDED)
        lifecycle.end(over.experiment, over.approver)
        draft_page(slug="draft", host=DRAFT)
    return instance


@pytest.fixture(scope="module")
def served(instance: Instance) -> Iterator[Served]:
    with serving(instance) as served:
        yield served


@pytest.fixture(scope="module")
def caddy(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of Caddy before it, for https at any host."""
    port, behind = free_port(), urlsplit(served.url).port
    assert behind
    with running_caddy(tmp_path_factory.mktemp("caddy"), behind, port):
        yield port


def said(line: socket.socket, text: str) -> tuple[str, str]:
    """The head and the body of what is answered to exactly this."""
    line.sendall(text.encode("latin-1"))
    answer = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = answer.decode("utf-8", "replace").partition("\r\n\r\n")
    return head, body


def ask(served: Served, path: str, *headers: str, method: str = "GET") -> tuple[str, str]:
    """The answer of our server to these lines; a browser comes as a phone, by https."""
    place = urlsplit(served.url)
    lines = [
        f"{method} {path} HTTP/1.1",
        *headers,
        f"User-Agent: {PHONE}",
        "X-Forwarded-For: 192.0.2.9",
        "X-Forwarded-Proto: https",
        *(["Content-Length: 0"] if method == "POST" else []),
        "Connection: close",
    ]
    with socket.create_connection((place.hostname, place.port), 30) as line:
        return said(line, "\r\n".join([*lines, "\r\n"]))


def status_of(answer: tuple[str, str]) -> int:
    return int(answer[0].split()[1])


def through(port: int, name: str, path: str = "/", host: str = "", more: str = "") -> str:
    """What Caddy answers to who asks it for a certificate of this name."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    text = f"GET {path} HTTP/1.1\r\nHost: {host or name}\r\nUser-Agent: {PHONE}\r\n{more}"
    with (
        socket.create_connection(("127.0.0.1", port), 30) as line,
        context.wrap_socket(line, server_hostname=name) as wrapped,
    ):
        return "\n".join(said(wrapped, f"{text}Connection: close\r\n\r\n"))


def test_the_page_is_answered_with_a_cookie_that_no_other_host_can_set(served):
    head, body = ask(served, "/", f"Host: {HOST}")

    [cookie] = re.findall(r"(?im)^set-cookie: (.*)$", head)
    assert cookie.startswith("__Host-wb-p")
    assert cookie.strip().endswith("Path=/; HttpOnly; SameSite=Lax; Secure")
    assert f'rel="canonical" href="https://{HOST}"' in body
    assert TEAM not in body


@pytest.mark.parametrize("path", OUTWARD)
def test_no_way_leads_from_there_to_the_team(served, path):
    answer = ask(served, path, f"Host: {HOST}")

    assert status_of(answer) in (400, 404)
    assert "password" not in answer[1].lower()
    assert "/login" not in answer[0]
    assert "set-cookie" not in answer[0].lower()


@pytest.mark.parametrize(
    "lines",
    [
        (f"Host: {TEAM}", "X-Forwarded-Host: evil.example"),
        (f"Host: {HOST}", "X-Forwarded-Host: evil.example"),
        (f"Host: {HOST}", f"X-Forwarded-Host: {TEAM}", "Forwarded: host=evil.example"),
        (f"Host: {HOST.upper()}:443",),
    ],
)
def test_links_are_made_of_no_header(served, lines):
    answer = ask(served, "/p/larder/privacy", *lines)

    assert "evil" not in "".join(answer)
    assert status_of(answer) == (200 if HOST in lines[0].lower() else 302)
    location = re.findall(r"(?im)^location: (.*)$", answer[0])
    assert [each.strip() for each in location] in ([], [f"https://{HOST}/privacy"])


@pytest.mark.parametrize(
    "lines",
    [
        ("Host: evil.example", f"X-Forwarded-Host: {HOST}"),
        (f"Host: {HOST}.",),
        (f"Host: {HOST}.evil.example",),
        (f"Host: www.{HOST}",),
        (f"Host: {HOST}@evil.example",),
        (f"Host: {HOST}, {TEAM}",),
        (f"Host: {HOST}/p/larder",),
        ("Host: /p/larder",),
        ("Host: ",),
        (f"Host: {'a' * 250}.com",),
        (f"Host: {DRAFT}",),
    ],
)
def test_what_only_looks_like_its_name_is_not_answered(served, lines):
    for path in ("/", "/privacy", "/p/larder"):
        assert status_of(ask(served, path, *lines)) in (400, 421)


@pytest.mark.parametrize("names", [(HOST, TEAM), (TEAM, HOST), (HOST, "evil"), ("evil", HOST)])
@pytest.mark.parametrize("path", ["/", "/login", "/p/larder"])
def test_two_hosts_are_none(served, names, path):
    assert status_of(ask(served, path, *(f"Host: {name}" for name in names))) == 421


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        (f"http://{TEAM}/login", HOST, 404),
        ("http://evil.example/", HOST, 200),
        (f"http://{HOST}/", "evil.example", 421),
    ],
)
def test_a_whole_address_in_the_first_line_names_no_host(served, target, host, status):
    answer = ask(served, target, f"Host: {host}")

    assert status_of(answer) in (status, 400)
    assert "evil" not in answer[1]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("Origin: https://evil.example",), 403),
        ((f"Origin: https://{TEAM}",), 403),
        ((f"Origin: https://{ENDED}",), 403),
        (("Origin: null",), 403),
        (("Referer: https://evil.example/x",), 403),
        (("Sec-Fetch-Site: cross-site", f"Origin: https://{HOST}"), 403),
        (("Sec-Fetch-Site: same-site",), 403),
        ((f"Origin: https://{HOST}",), 422),
        (("Sec-Fetch-Site: same-origin",), 422),
    ],
)
def test_only_pages_of_that_very_host_send_its_forms(served, lines, status):
    assert status_of(ask(served, "/signup", f"Host: {HOST}", *lines, method="POST")) == status


@pytest.mark.parametrize("origin", ["null", "https://evil.example", f"https://sub.{HOST}"])
def test_no_other_site_reads_its_answers(served, origin):
    for path, method in (("/", "GET"), ("/signup", "OPTIONS"), ("/mine/x/data.json", "GET")):
        head, _ = ask(served, path, f"Host: {HOST}", f"Origin: {origin}", method=method)
        assert "access-control" not in head.lower()


@pytest.mark.parametrize(("host", "path"), [(HOST, "/"), (TEAM, "/p/larder"), (ENDED, "/")])
def test_no_cache_keeps_what_is_one_visitors(served, host, path):
    head, _ = ask(served, path, f"Host: {host}")

    assert re.search(r"(?im)^cache-control: private, no-store", head)


def test_caddy_fetches_a_certificate_for_each_host_that_is_set(caddy):
    running, over = through(caddy, HOST), through(caddy, ENDED)

    assert running.startswith("HTTP/1.1 200")
    assert f'href="https://{HOST}"' in running
    assert over.startswith("HTTP/1.1 410")
    assert through(caddy, DRAFT, "/healthz").startswith("HTTP/1.1 200")
    assert through(caddy, HOST.upper()).startswith("HTTP/1.1 200")


@pytest.mark.parametrize(
    "name", ["evil.example", f"www.{HOST}", f"{HOST}.evil.example", "localhost", "127.0.0.1"]
)
def test_it_fetches_none_for_another(caddy, name):
    with pytest.raises(ssl.SSLError):
        through(caddy, name)


def test_who_starts_a_test_is_told_whether_its_host_leads_here(instance, caddy):
    there = Instance({**instance.environ, "WBTEST_BASE_URL": f"https://{TEAM}:{caddy}"})
    with there.opened() as app:
        runtime(app).outgoing = local(trust=ssl._create_unverified_context())

        assert find_host_trouble(HOST) == ""
        assert "TLS" in find_host_trouble("evil.example")


def test_a_certificate_of_one_host_opens_nothing_of_another(caddy):
    """Who shakes hands as one host and asks for the team's is refused or told apart by Host."""
    assert "password" not in through(caddy, HOST, "/login", host=HOST).lower()
    assert "404" in through(caddy, HOST, "/login").split("\n")[0]
    assert "421" in through(caddy, HOST, "/", host="evil.example").split("\n")[0]


def test_what_a_visitor_says_through_caddy_names_no_host(caddy):
    page = through(caddy, HOST, more="X-Forwarded-Host: evil.example\r\nX-Forwarded-For: ::1\r\n")

    assert "evil" not in page
