"""docs/publish.md is run, not believed: its steps up to DNS in a folder of their own."""

import configparser
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

import pytest

from tests.cli.conftest import eventually
from wbtest.config import KNOWN, from_environment

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DEPLOY = ROOT / "deploy"
GUIDE = (DOCS / "publish.md").read_text()
# What only a server has; the test notes that they were asked for and with what.
ELSEWHERE = ("apt", "adduser", "chown", "journalctl", "systemctl")


def blocks() -> list[str]:
    """The commands of the guide, one text for each fenced block."""
    return re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def unit() -> configparser.SectionProxy:
    """The service's part of the systemd unit."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "wbtest.service")
    return parser["Service"]


def settings_in(text: str) -> dict[str, str]:
    """The settings of a file for systemd, without those that are commented out."""
    lines = (line.partition("=") for line in text.splitlines() if re.match(r"[A-Z_]+=", line))
    return {name: value.strip('"') for name, _, value in lines}


class Server:
    """A bare server: folders under ``root`` stand for those under /, with nothing in them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.asked = root / "asked"
        tools = root / "tools"
        tools.mkdir()
        for name in ELSEWHERE:
            self._tool(tools / name, f'echo "{name} $*" >> {self.asked}')
        self._tool(tools / "python3", f'exec {sys.executable} "$@"')
        self._tool(tools / "runuser", 'shift 3; exec "$@"')
        self._tool(tools / "git", f'echo "git $*" >> {self.asked}; ln -s {ROOT} "$3"')
        self.environ = {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(root)}
        for folder in ("opt/wbtest", "etc/systemd/system", "etc/caddy", "usr/local/bin"):
            (root / folder).mkdir(parents=True)
        (root / "var/lib/wbtest").mkdir(parents=True)

    def _tool(self, file: Path, line: str) -> None:
        file.write_text(f"#!/bin/sh\n{line}\n")
        file.chmod(0o755)

    def here(self, text: str) -> str:
        """``text`` with every path of the server led into our folder."""
        return re.sub(r"(?<![\w.])/(opt|etc|usr/local|var/lib)/", rf"{self.root}/\1/", text)

    def run(self, script: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.here(script)],
            env=self.environ,
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def with_our_dependencies(script: str) -> str:
    """Take what this suite runs on instead of downloading it once more."""
    ours = sysconfig.get_path("purelib")
    theirs = (
        "$(/opt/wbtest/venv/bin/python -c 'import sysconfig as s; print(s.get_path(\"purelib\"))')"
    )
    changed, count = re.subn(
        r"^\S+/pip install .*--require-hashes .*$",
        lambda _: f'echo {ours} > "{theirs}/ours.pth"',
        script,
        flags=re.MULTILINE,
    )
    assert count == 1
    return changed


@pytest.fixture(scope="module")
def machine() -> Iterator[Server]:
    """A server on which every step up to the address was taken."""
    # Not in a folder of pytest: they may be in memory, below /dev, which systemd refuses.
    with TemporaryDirectory() as root:
        machine = Server(Path(root))
        steps = GUIDE.partition("## 5. The first visit")[0]
        script = "\n".join(block for block in blocks() if block in steps)
        machine.run(with_our_dependencies(script))
        yield machine


@pytest.fixture(scope="module")
def address(machine: Server) -> Iterator[str]:
    """The server's service, started as its unit says but on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = machine.here(unit()["ExecStart"]).replace("8000", port).split()
    settings = settings_in((machine.root / "etc/wbtest/settings").read_text())
    process = subprocess.Popen(
        command,
        env={**machine.environ, **settings},
        cwd=machine.here(unit()["WorkingDirectory"] + "/"),
        start_new_session=True,
    )
    assert eventually(lambda: _answers(f"http://127.0.0.1:{port}"), 60)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0


def _answers(address: str) -> bool:
    try:
        return '"ok":true' in get(address, "/healthz")
    except OSError:
        return False


def get(address: str, path: str) -> str:
    """What a visitor of the name gets from the proxy, which hands on the name."""
    request = Request(address + path, headers={"Host": "try.example.com"})
    # One web process may answer while another still starts; the machine may be busy.
    with urlopen(request, timeout=60) as answer:
        text: str = answer.read().decode()
    return text


def test_the_steps_serve_the_log_in_and_its_style(address: str) -> None:
    page = get(address, "/login")

    assert '<h1 id="heading">Log in</h1>' in page
    assert "--" in get(address, "/static/css/base.css")
    assert get(address, "/").count("has no owner yet") == 1


def test_the_program_runs_from_what_was_installed(machine: Server) -> None:
    found = machine.run(
        "cd /var/lib/ && /opt/wbtest/venv/bin/python -c 'import wbtest; print(wbtest.__file__)'"
    )

    assert found.strip().startswith(str(machine.root))
    assert "site-packages" in found


def test_the_program_comes_from_the_address_at_the_top(machine: Server) -> None:
    asked = machine.asked.read_text().splitlines()

    assert GUIDE.count("SOURCE=https://git.example.com/wbtest.git\n") == 1
    assert f"git clone https://git.example.com/wbtest.git {machine.root}/opt/wbtest/source" in asked


def test_the_services_were_started(machine: Server) -> None:
    asked = machine.asked.read_text().splitlines()

    assert "apt install --yes python3-venv git caddy" in asked
    assert "systemctl enable --now wbtest" in asked
    assert "systemctl reload caddy" in asked


def test_the_settings_are_good_and_for_no_other_account(machine: Server) -> None:
    file = machine.root / "etc/wbtest/settings"
    settings = from_environment(settings_in(file.read_text()))

    assert settings.base_url == "https://try.example.com"
    assert settings.trusted_proxies == 1
    assert settings.instance == machine.root / "var/lib/wbtest"
    assert file.stat().st_mode & 0o007 == 0


def test_the_short_word_uses_these_settings(machine: Server, address: str) -> None:
    said = machine.run("/usr/local/bin/wbtest doctor || [ $? = 1 ]")

    assert "https://try.example.com, " in said
    assert "SQLite" in said
    assert (machine.root / "var/lib/wbtest/wbtest.db").exists()


@pytest.mark.parametrize("name", ["WBTEST_INSTANCE", "WBTEST_DATABASE_URL"])
def test_the_short_word_refuses_to_touch_another_instance(machine: Server, name: str) -> None:
    said = machine.run(f"export {name}=/tmp/x; /usr/local/bin/wbtest backup 2>&1 || [ $? = 2 ]")

    assert "For another instance: " in said


def test_the_name_is_put_into_caddys_settings(machine: Server) -> None:
    assert (machine.root / "etc/caddy/Caddyfile").read_text() == (DEPLOY / "Caddyfile").read_text()


def test_every_block_is_good_shell() -> None:
    assert len(blocks()) >= 12
    for block in blocks():
        subprocess.run(["bash", "-n", "-c", block], check=True)


def test_every_command_of_the_guide_is_one_of_ours() -> None:
    from wbtest.cli import COMMANDS

    told = set(re.findall(r"^wbtest ([a-z]+)", "\n".join(blocks()), re.MULTILINE))

    assert told
    assert told <= set(COMMANDS)


def test_every_setting_of_the_guide_is_one_of_ours() -> None:
    assert set(re.findall(r"WBTEST_([A-Z_]+)", GUIDE)) <= set(KNOWN)


def test_unit_guide_and_proxy_agree() -> None:
    service, proxy = unit(), (DEPLOY / "Caddyfile").read_text()

    assert "reverse_proxy 127.0.0.1:8000" in proxy
    assert service["ExecStart"].endswith("serve --host 127.0.0.1 --port 8000")
    assert f"cat > {service['EnvironmentFile']} <<END" in GUIDE
    assert f"WBTEST_INSTANCE={service['WorkingDirectory']}\n" in GUIDE
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"
    assert f"--quiet {service['User']}\n" in GUIDE


def test_the_unit_gives_the_service_only_what_it_needs() -> None:
    service = unit()

    assert service["CapabilityBoundingSet"] == ""
    assert service["ProtectSystem"] == "strict"
    assert service["UMask"] == "0077"
    for right in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictNamespaces"):
        assert service[right] == "yes"


def test_systemd_and_caddy_accept_their_files(machine: Server) -> None:
    """Each says what it thinks where it is installed."""
    checked = machine.root / "wbtest.service"
    checked.write_text(machine.here((DEPLOY / "wbtest.service").read_text()))
    if shutil.which("systemd-analyze"):
        said = _output("systemd-analyze", "verify", "--man=no", str(checked))
        assert [line for line in said.splitlines() if "wbtest.service" in line] == []
        safety = ["security", "--offline=true", "--threshold=20", str(checked)]
        _output("systemd-analyze", *safety)
    if shutil.which("caddy"):
        _output(
            "caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")
        )


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
