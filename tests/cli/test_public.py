"""`wbtest public` with tunnel programs that print what the real ones print, and forward by HTTP."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.audience.larder import RULE, start_page
from tests.cli.conftest import Instance, Served, eventually, serving
from tests.cli.test_visitors_ip import CLAIMED, Visitor, rows
from tests.service.ports import free_port
from wbtest.audience.signups import AbuseGuard
from wbtest.cli.public import PROGRAMS
from wbtest.extensions import utc_now

# Processes and ports; what the database does is the same.
pytestmark = pytest.mark.one_database

CLOUDFLARED = """\
2026-12-01T09:00:00Z INF Thank you for trying Cloudflare Tunnel.
2026-12-01T09:00:00Z INF Requesting new quick Tunnel on trycloudflare.com...
2026-12-01T09:00:03Z INF +------------------------------------------------------------------+
2026-12-01T09:00:03Z INF |  Your quick Tunnel has been created! Visit it at (it may take    |
2026-12-01T09:00:03Z INF |  https://brave-lemon-river-cat.trycloudflare.com                 |
2026-12-01T09:00:03Z INF +------------------------------------------------------------------+
2026-12-01T09:00:03Z INF Registered tunnel connection connIndex=0 ip=198.41.200.13
"""
TAILSCALE = """\
Available on the internet:

https://laptop.tail1a2b3.ts.net/
|-- proxy http://127.0.0.1:8000

Press Ctrl+C to exit.
"""
LOCALHOST_RUN = """\
===============================================================================
Welcome to localhost.run!

Follow your favourite reverse tunnel at [https://twitter.com/localhost_run].
To set up and manage custom domains go to https://admin.localhost.run/
===============================================================================

** your connection id is 0f9a-4c, please mention it if you send me a message. **
authenticated as anonymous user
a1b2c3d4e5f6a7.lhr.life tunneled with tls termination, https://a1b2c3d4e5f6a7.lhr.life
create an account and add your key for a longer lasting domain name.
"""
PRINTS = {"cloudflared": CLOUDFLARED, "tailscale": TAILSCALE, "ssh": LOCALHOST_RUN}
ADDRESSES = {
    "cloudflared": "https://brave-lemon-river-cat.trycloudflare.com",
    "tailscale": "https://laptop.tail1a2b3.ts.net",
    "ssh": "https://a1b2c3d4e5f6a7.lhr.life",
}
LEADING = {
    "cloudflared": "tunnel --no-autoupdate --url http://127.0.0.1:{port}",
    "tailscale": "funnel {port}",
    "ssh": "-R 80:127.0.0.1:{port} -- nokey@localhost.run",
}
# How many other visitors came from the network of the one who signed up.
SHARES_A_NETWORK = """
SELECT (SELECT count(*) FROM visits AS other
        WHERE other.mark = visits.mark AND other.visitor != visits.visitor)
FROM signups JOIN visits USING (experiment_id, visitor)
"""
# Writes down how it was called, says what the real one says, and then what a test asks for.
STANDS_IN = """\
#!{python}
import pathlib, signal, sys

pathlib.Path(sys.argv[0] + ".called").write_text(" ".join(sys.argv[1:]))
print({text!r}, file=sys.stderr, flush=True)
{then}
"""
WAITS = "signal.pause()"
# As Cloudflare's edge: it adds who connects to what the visitor says. Here they all connect from
# 127.0.0.1, so who they are is in a header that no real edge would believe.
FORWARDS = """\
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Edge(BaseHTTPRequestHandler):
    def do_GET(self):
        sender = self.headers.get("From-Address", "203.0.113.77")
        headers = {{n: v for n, v in self.headers.items() if n != "From-Address"}}
        said = headers.get("X-Forwarded-For")
        headers["X-Forwarded-For"] = f"{{said}},{{sender}}" if said else sender
        headers["CF-Connecting-IP"], headers["X-Forwarded-Proto"] = sender, "https"
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        behind = HTTPConnection("127.0.0.1", int(sys.argv[-1].rpartition(":")[2]), timeout=60)
        behind.request(self.command, self.path, body, headers)
        answer = behind.getresponse()
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        behind.close()

    do_POST = do_GET

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", {edge}), Edge)
{encrypt}
server.serve_forever()
"""


@pytest.fixture
def empty_database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'instance' / 'wbtest.db'}"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that holds the tunnel programs of a machine: none."""
    folder = tmp_path / "programs"
    folder.mkdir()
    return folder


def install(folder: Path, name: str, text: str = "", then: str = WAITS) -> Path:
    """Make a stand-in for this program there; return where it notes how it was called."""
    program = folder / name
    text = text or PRINTS[name]
    program.write_text(STANDS_IN.format(python=sys.executable, text=text, then=then))
    program.chmod(0o755)
    return Path(f"{program}.called")


def with_programs(instance: Instance, programs: Path) -> Instance:
    """The same instance on a machine that has these programs alone."""
    more = {"PATH": str(programs), "WBTEST_WORKERS": "2", "WBTEST_MAIL_URL": "smtp://127.0.0.1:1"}
    return replace(instance, environ={**instance.environ, **more})


@contextmanager
def public(instance: Instance, programs: Path, *options: str) -> Iterator[Served]:
    """A `wbtest public` whose server answers."""
    with serving(with_programs(instance, programs), ("public", *options)) as served:
        yield served


def failing(instance: Instance, programs: Path, *options: str) -> str:
    """What a `wbtest public` that ends with 1 says."""
    done = subprocess.run(
        [sys.executable, "-m", "wbtest", "public", f"--port={free_port()}", *options],
        env={**os.environ, **with_programs(instance, programs).environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr


class TunnelVisitor(Visitor):
    """A browser of somebody with this IP, who opens the address of the tunnel."""

    def __init__(self, served: Served, edge: int, address: str) -> None:
        super().__init__(served, address)
        self._url = f"http://127.0.0.1:{edge}"
        # Cookies of an https page: between browser and edge there would be https.
        policy = DefaultCookiePolicy(secure_protocols=("http", "https"))
        self._opener = build_opener(HTTPCookieProcessor(CookieJar(policy)))
        host = ADDRESSES["cloudflared"].removeprefix("https://")
        self._headers |= {"Host": host, "X-Forwarded-For": CLAIMED, "From-Address": address}


def test_without_a_tunnel_program_it_says_what_to_install(empty: Instance, programs: Path) -> None:
    said = empty.run("public", PATH=str(programs))

    assert said.exit_code == 1
    assert "cloudflared and tailscale not found" in said.output
    assert re.search("Debian: .*apt install", said.output)
    assert "macOS:  brew install cloudflared" in said.output


def test_a_tunnel_program_that_was_asked_for_and_is_missing_is_named(
    empty: Instance, programs: Path
) -> None:
    install(programs, "cloudflared")

    said = empty.run("public", "--with", "tailscale", PATH=str(programs))

    assert said.exit_code == 1
    assert "tailscale not found" in said.output
    assert "https://tailscale.com/install.sh" in said.output


def test_a_host_for_ssh_is_refused_beside_another_program(empty: Instance) -> None:
    said = empty.run("public", "--with=tailscale", "--ssh=me@example.com")

    assert said.exit_code == 2
    assert "--ssh names a host for ssh, not for tailscale" in said.output


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("cloudflared", 'failed to request quick Tunnel: Post "https://api.trycloudflare.com/tu"'),
        ("cloudflared", "read https://developers.cloudflare.com/cloudflare-one/connections"),
        ("tailscale", "To enable, visit: https://login.tailscale.com/f/funnel?node=nX1CNTRL"),
        ("ssh", "To set up custom domains go to https://admin.localhost.run/"),
    ],
)
def test_a_link_to_the_makers_of_a_tunnel_is_not_taken_for_its_address(
    name: str, line: str
) -> None:
    assert re.search(PROGRAMS[name].address, line) is None


@pytest.mark.parametrize(
    ("name", "line", "address"),
    [
        ("tailscale", "https://a.tail1.ts.net:8443/", "https://a.tail1.ts.net:8443"),
        ("ssh", "\x1b[32mForwarding HTTP traffic from https://a.serveo.net\x1b[0m",
         "https://a.serveo.net"),
        ("ssh", "HTTPS: https://me-a.tuns.sh", "https://me-a.tuns.sh"),
    ],
)  # fmt: skip
def test_the_address_is_read_as_other_versions_and_hosts_print_it(
    name: str, line: str, address: str
) -> None:
    found = re.search(PROGRAMS[name].address, line)

    assert found is not None
    assert found[1] == address


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_page_is_served_at_the_address_that_the_tunnel_names(
    empty: Instance, programs: Path, name: str
) -> None:
    called = install(programs, name)

    with public(empty, programs, "--with", name) as served:
        printed = served.printed

    port = served.url.rpartition(":")[2]
    assert called.read_text().endswith(LEADING[name].format(port=port))
    assert f"\n{ADDRESSES[name]}\n" in printed
    assert len(re.findall("^[█▀▄ ]{25,}$", printed, re.MULTILINE)) > 12
    assert f"{PROGRAMS[name].next_time}\n{PROGRAMS[name].visitors}\n" in printed
    assert f"First visit, works once: {ADDRESSES[name]}/setup/" in printed


def test_a_page_goes_through_cloudflared_where_several_programs_are(
    empty: Instance, programs: Path
) -> None:
    for name in PROGRAMS:
        install(programs, name)

    with public(empty, programs) as served:
        assert f"wbtest answers at {ADDRESSES['cloudflared']}" in served.printed


def test_a_page_goes_through_the_host_for_ssh_that_was_named(
    empty: Instance, programs: Path
) -> None:
    called = install(programs, "ssh")

    with public(empty, programs, "--ssh=me@tuns.example.com"):
        assert called.read_text().endswith(" -- me@tuns.example.com")


def test_a_page_counts_strangers_by_the_network_that_the_tunnel_names(
    instance: Instance, programs: Path
) -> None:
    with instance.opened():
        start_page(rule=replace(RULE, ends_on=utc_now().date() + timedelta(days=60)))
    edge = free_port()
    install(programs, "cloudflared", then=FORWARDS.format(edge=edge, encrypt=""))

    with public(instance, programs) as served:
        assert eventually(lambda: listens(edge))
        visitors = [
            TunnelVisitor(served, edge, ip) for ip in ("203.0.113.77", "192.0.2.9", "2001:db8::7")
        ]
        came = time.monotonic()
        for visitor in visitors:
            visitor.come()
        # Nobody types an address faster.
        assert eventually(lambda: time.monotonic() - came > AbuseGuard().fastest_seconds + 1)
        assert visitors[0].send("/p/larder/signup", email="mia@x.io") == 200
        counted = "SELECT count(DISTINCT mark) FROM visits WHERE excluded_because = ''"
        assert eventually(lambda: rows(instance, counted) == [3])

    assert rows(instance, "SELECT is_converted FROM signups") == [1]
    assert rows(instance, SHARES_A_NETWORK) == [0]
    bodies = rows(instance, "SELECT body FROM outbox_mails WHERE recipient = 'mia@x.io'")
    links = re.findall(r"https?://[^/\s]+", " ".join(bodies))
    assert set(links) == {ADDRESSES["cloudflared"]}


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_page_that_is_told_to_end_ends_its_tunnel(
    empty: Instance, programs: Path, how: signal.Signals
) -> None:
    install(programs, "cloudflared")

    with public(empty, programs) as served:
        code, printed = served.end(how)

        assert code == 0, printed
        assert served.processes() == []
        assert "offline" not in printed


def test_a_tunnel_that_has_no_address_yet_ends_with_us(empty: Instance, programs: Path) -> None:
    called = install(programs, "cloudflared", "INF Requesting new quick Tunnel")
    process = subprocess.Popen(
        [sys.executable, "-m", "wbtest", "public", f"--port={free_port()}"],
        env={**os.environ, **with_programs(empty, programs).environ},
        start_new_session=True,
    )
    starting = Served(process, "", programs)
    try:
        assert eventually(called.exists)
        process.send_signal(signal.SIGTERM)

        assert process.wait(60) == 1
        assert starting.processes() == []
    finally:
        for left in starting.processes():
            os.kill(left, signal.SIGKILL)


def test_a_page_ends_with_a_sentence_when_its_tunnel_does(empty: Instance, programs: Path) -> None:
    install(programs, "cloudflared")

    with public(empty, programs) as served:
        [tunnel] = served.processes("cloudflared")
        os.kill(tunnel, signal.SIGKILL)

        assert served.process.wait(60) == 1
        assert served.processes() == []
    assert "wbtest: cloudflared ended, so this page is offline." in served.printed


def test_a_page_ends_with_a_sentence_when_its_address_changes(
    empty: Instance, programs: Path, tmp_path: Path
) -> None:
    moved = LOCALHOST_RUN.replace("a1b2", "b7c8")
    os.mkfifo(tmp_path / "move")
    then = f"open({str(tmp_path / 'move')!r}).read(); print({moved!r}, flush=True); {WAITS}"
    install(programs, "ssh", then=then)

    with public(empty, programs, "--with=ssh") as served:
        (tmp_path / "move").write_text("")

        assert served.process.wait(60) == 1
        assert served.processes() == []
    assert "wbtest: ssh changed its address, so this page is offline." in served.printed


def test_a_page_whose_tunnel_never_opens_says_what_the_program_said(
    empty: Instance, programs: Path
) -> None:
    install(programs, "tailscale", "Funnel is not enabled on your tailnet.", then="sys.exit(1)")

    said = failing(empty, programs)

    assert "tailscale ended" in said
    assert "\n  Funnel is not enabled on your tailnet." in said
    assert "Aborted" not in said
    assert "Traceback" not in said


def test_no_tunnel_leads_to_a_port_that_another_program_has(
    empty: Instance, programs: Path
) -> None:
    called = install(programs, "cloudflared")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = empty.run("public", f"--port={port}", PATH=str(programs))

    assert said.exit_code == 2
    assert "Choose another: --port" in said.output
    assert not called.exists()
