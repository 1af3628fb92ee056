"""deploy/install is run, not believed: on a server whose folders lie in one of ours.

What only a server has is asked for and noted; systemd's part is done by the drills' stand-in.
"""

import configparser
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

import pytest

from tests.service.instance import OWNER, SLUG, make_instance
from tests.skips import require
from tests.steps.visitor import has_form, page_path
from wbtest.config import from_environment

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
HOST = "try.example.com"
pytestmark = [pytest.mark.whole, pytest.mark.one_database]
# What only a server has; the test notes that they were asked for and with what.
NOTED = ("apt-get", "useradd", "chown", "chgrp", "ss")
# Nobody here is wbtest: -o and -g are dropped, with their values.
INSTALL_OWNED_BY_US = """
for word in "$@"; do
  shift
  case $word in
    -o | -g) is_skipped=yes ;;
    *) [ -n "${is_skipped:-}" ] || set -- "$@" "$word"; is_skipped="" ;;
  esac
done
exec /usr/bin/install "$@"
"""
THEIRS = "theirs.example.com {\n}\n"
BROKEN = 'raise SystemExit("broken on purpose")\n'


def unit() -> configparser.SectionProxy:
    """The service's part of the systemd unit."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "wbtest.service")
    return parser["Service"]


def settings_in(text: str) -> dict[str, str]:
    """The settings of a file for systemd."""
    lines = (line.partition("=") for line in text.splitlines())
    return {name: value.strip("'") for name, _, value in lines}


class Server:
    """A bare server: folders under ``root`` stand for those under /, with nothing in them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.asked = root / "asked"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = str(free.getsockname()[1])
        tools = root / "tools"
        tools.mkdir()
        for name in NOTED:
            self._tool(tools / name, f'echo "{name} $*" >> {self.asked}')
        self._tool(tools / "python3", f'exec {sys.executable} "$@"')
        self._tool(tools / "runuser", 'shift 3; exec "$@"')
        self._tool(tools / "setpriv", 'shift 3; exec "$@"')
        self._tool(tools / "getent", f"echo wbtest:x:1:1::{root}/var/lib/wbtest:/bin/sh")
        self._tool(tools / "id", "echo 0")
        self._tool(tools / "install", INSTALL_OWNED_BY_US)
        self._tool(tools / "journalctl", f"cat {root}/var/log/stand-in/wbtest")
        self._tool(tools / "systemctl", self._systemctl())
        for folder in (
            "opt",
            "etc/caddy",
            "etc/systemd/system",
            "usr/local/bin",
            "run/systemd/system",
        ):
            (root / folder).mkdir(parents=True)
        self.environ = {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(root)}
        self.check_out("checkout")
        # What was said each time, where the owner's link led, and what Caddy was told.
        self.said = ["", ""]
        self.welcome = self.caddyfile = ""

    def _tool(self, file: Path, text: str) -> None:
        file.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    def _systemctl(self) -> str:
        """The stand-in; Caddy, who would want port 80, is only noted."""
        text = self.here((ROOT / "tests/drills/systemctl").read_text())
        noted = f'echo "systemctl $*" >> {self.asked}\ncase "$*" in *caddy*) exit ;; esac\n'
        return text.replace("set -eu\n", f"set -eu\n{noted}", 1)

    def here(self, text: str) -> str:
        """``text`` with every path of the server led into our folder, and its port to ours."""
        paths = r"(?<![\w.}])/(opt|etc|usr/local|var/lib|var/log|run)/"
        return re.sub(paths, rf"{self.root}/\1/", text).replace("8000", self.port)

    def check_out(self, name: str, fault: str = "") -> None:
        """Make a folder with what is installed, as `git clone` would; ``fault`` breaks it."""
        target = self.root / name
        for folder in ("wbtest", "templates", "static", "docs", "deploy"):
            shutil.copytree(
                ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__")
            )
        for file in ("pyproject.toml", "README.md", "LICENSE", "requirements.txt"):
            shutil.copy(ROOT / file, target)
        for file in ("install", "wbtest.service"):
            changed = self.here((DEPLOY / file).read_text())
            (target / "deploy" / file).write_text(with_our_dependencies(changed))
        serve = target / "wbtest/cli/serve.py"
        serve.write_text(serve.read_text() + fault)

    def install(
        self, *options: str, source: str = "checkout", code: int = 0, **environ: str
    ) -> str:
        """Run the script of a checkout; return what it said."""
        script = str(self.root / source / "deploy/install")
        return self.run(script, HOST, *options, code=code, **environ)

    def run(self, *command: str, code: int = 0, **environ: str) -> str:
        done = subprocess.run(
            command,
            env={**self.environ, **environ},
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def get(self, path: str) -> str:
        """What a visitor of the name gets from the proxy, which hands on the name."""
        request = Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": HOST})
        # One web process may answer while another still starts; the machine may be busy.
        with urlopen(request, timeout=60) as answer:
            text: str = answer.read().decode()
        return text

    def wbtest(self, *arguments: str, code: int = 0, **environ: str) -> str:
        """Run the command that the script made."""
        return self.run(str(self.root / "usr/local/bin/wbtest"), *arguments, code=code, **environ)

    @property
    def settings(self) -> Path:
        return self.root / "etc/wbtest/settings"


def with_our_dependencies(script: str) -> str:
    """Take what this suite runs on instead of downloading it once more."""
    ours = sysconfig.get_path("purelib")
    where = (
        '$("$release/venv/bin/python" -c "import sysconfig as s; print(s.get_path(\'purelib\'))")'
    )
    return re.sub(
        r"^ *run \S+/pip\" install .*--require-hashes .*$",
        lambda _: f'  echo {ours} > "{where}/ours.pth"',
        script,
        flags=re.MULTILINE,
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server on which it was run twice: bare, and to bring along what a laptop held."""
    require("curl")
    # Not in a folder of pytest: they may be in memory, below /dev, which systemd refuses.
    with TemporaryDirectory() as name:
        root = Path(name)
        server = Server(root)
        make_instance(root / "laptop")
        try:
            server.said[0] = server.install("--mail", "smtp://hello:secret@127.0.0.1:1")
            link = re.findall(rf"https://{HOST}(/setup/\S+)", server.said[0])[0]
            server.welcome = server.get(link)
            file = root / "etc/caddy/Caddyfile"
            server.caddyfile = file.read_text()
            file.write_text(THEIRS)
            server.said[1] = server.install("--from", str(root / "laptop"))
            yield server
        finally:
            server.run(str(root / "tools/systemctl"), "stop", "wbtest")


def test_it_prints_a_link_that_makes_the_owner(server: Server) -> None:
    assert 'name="password"' in server.welcome


def test_the_address_serves_what_the_laptop_held(server: Server) -> None:
    assert has_form(server.get(page_path(SLUG)))
    assert OWNER in server.wbtest("user", "list")
    key = "secret_key"
    kept = (server.root / "var/lib/wbtest" / key).read_text()
    assert kept == (server.root / "laptop" / key).read_text()


def test_where_a_team_works_nothing_is_brought_along(server: Server) -> None:
    said = server.install("--from", str(server.root / "laptop"), code=1)

    assert "Here is a team already" in said


def test_the_pages_have_their_style(server: Server) -> None:
    assert '<h1 id="heading">Log in</h1>' in server.get("/login")
    assert "--" in server.get("/static/css/base.css")


def test_the_second_time_it_saves_the_database_first(server: Server) -> None:
    place = "A backup, while nobody is served"

    assert place not in server.said[0]
    assert place in server.said[1]
    assert len([*(server.root / "var/lib/wbtest/backups").glob("asked-*.db")]) >= 1


def test_the_settings_are_good_and_for_no_other_account(server: Server) -> None:
    settings = from_environment(settings_in(server.settings.read_text()))

    assert settings.base_url == f"https://{HOST}"
    assert settings.trusted_proxies == 1
    assert settings.instance == server.root / "var/lib/wbtest"
    # Of the first time; the second said nothing of mail.
    assert settings.mail_url == "smtp://hello:secret@127.0.0.1:1"
    assert settings.mail_from == f"wbtest <wbtest@{HOST}>"
    assert server.settings.stat().st_mode & 0o007 == 0


def test_the_program_runs_from_what_was_installed(server: Server) -> None:
    python = str(server.root / "opt/wbtest/venv/bin/python")
    found = server.run(python, "-I", "-c", "import wbtest; print(wbtest.__file__)").strip()

    assert found.startswith(str(server.root / "opt/wbtest/venv"))
    assert "site-packages" in found


def test_packages_account_and_services_are_asked_for(server: Server) -> None:
    asked = server.asked.read_text().splitlines()

    assert any("--yes --no-install-recommends python3-venv caddy" in line for line in asked)
    assert "systemctl enable --quiet wbtest" in asked
    assert "systemctl reload-or-restart caddy" in asked


def test_the_name_is_put_into_caddys_settings(server: Server) -> None:
    assert server.caddyfile == (server.root / "checkout/deploy/Caddyfile").read_text()


def test_caddys_settings_that_somebody_changed_stay(server: Server) -> None:
    assert (server.root / "etc/caddy/Caddyfile").read_text() == THEIRS
    assert "Caddyfile has lines of yours" in server.said[1]


def test_the_short_word_uses_these_settings(server: Server) -> None:
    # The name leads elsewhere, and no mail server answers.
    said = server.wbtest("doctor", code=1)

    assert f"https://{HOST}, " in said
    assert "SQLite" in said


@pytest.mark.parametrize("name", ["WBTEST_INSTANCE", "WBTEST_DATABASE_URL"])
def test_the_short_word_refuses_to_touch_another_instance(server: Server, name: str) -> None:
    assert "For another instance: " in server.wbtest("backup", code=2, **{name: "/tmp/x"})


def test_a_version_that_cannot_start_goes_back(server: Server) -> None:
    before = (server.root / "opt/wbtest/venv").resolve()
    server.check_out("broken", fault=BROKEN)

    said = server.install(source="broken", code=1)

    assert "The version from before runs again" in said
    assert (server.root / "opt/wbtest/venv").resolve() == before
    assert has_form(server.get(page_path(SLUG)))


def test_what_is_here_and_does_not_answer_is_not_taken_for_nothing(server: Server) -> None:
    settings = server.settings.read_text()
    server.settings.write_text(f"{settings}WBTEST_DATABASE_URL='postgresql://127.0.0.1:1/x'\n")

    said = server.install("--dry-run", code=1)
    server.settings.write_text(settings)

    assert "The wbtest that is here must answer first. Nothing was changed." in said


def test_settings_of_ones_own_stay_and_secrets_are_not_printed(server: Server) -> None:
    settings = server.settings.read_text()
    secret = "WBTEST_SECRET_KEY='0123456789abcdef0123456789abcdef'\n"
    server.settings.write_text(settings.replace("PROXIES=1", "PROXIES=2") + secret)

    said = server.install("--dry-run", WBTEST_INSTANCE="/tmp/x")
    server.settings.write_text(settings)

    assert "A backup, while nobody is served" in said
    assert "    WBTEST_TRUSTED_PROXIES=2\n" in said
    assert "    WBTEST_TRUSTED_PROXIES=1\n" not in said
    assert "WBTEST_SECRET_KEY=…" in said
    assert "0123456789abcdef" not in said


def test_the_unit_the_proxy_and_the_script_agree() -> None:
    service, proxy, script = unit(), *((DEPLOY / n).read_text() for n in ("Caddyfile", "install"))

    assert "reverse_proxy 127.0.0.1:8000" in proxy
    assert service["ExecStart"].endswith("serve --host 127.0.0.1 --port 8000")
    assert f"settings={service['EnvironmentFile']}\n" in script
    assert f"home={service['WorkingDirectory']}\n" in script
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"
    assert f"nologin {service['User']}\n" in script


def test_the_proxy_tries_no_form_again_that_it_keeps_in_memory() -> None:
    # Caddy 2.6 gives that memory to two forms then, and one person's arrives as another's.
    text = (DEPLOY / "Caddyfile").read_text()
    blocks = re.findall(r"reverse_proxy [^{]*\{(.*?)\}", text, re.DOTALL)

    assert len(blocks) == 4
    assert not [each for each in blocks if "buffer_requests" in each and "lb_try" in each]
    assert not re.search(r"reverse_proxy [^@][^{]*\{[^}]*lb_try", text)


def test_the_unit_gives_the_service_only_what_it_needs() -> None:
    service = unit()

    assert service["CapabilityBoundingSet"] == ""
    assert service["ProtectSystem"] == "strict"
    assert service["UMask"] == "0077"
    for right in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictNamespaces"):
        assert service[right] == "yes"
