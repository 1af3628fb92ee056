"""`wbtest public`: serves this instance at an https address that a tunnel program gives it."""

import os
import re
import shutil
import signal
import subprocess
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from typing import Self

import click
import segno

from wbtest.cli.serve import check_port, run

HOST = "127.0.0.1"
LOCALHOST_RUN = "nokey@localhost.run"
# How long a tunnel program may take to name its address, and then to end when told to.
ADDRESS_SECONDS = 30
END_SECONDS = 5
# How many of its last lines are shown when it fails.
LAST_LINES = 4


@dataclass(frozen=True, slots=True)
class Program:
    """A tunnel program: a pattern whose group is the address in a line it prints, and its facts."""

    address: str
    next_time: str
    visitors: str
    debian: str
    macos: str


# In the order in which they are looked for; ssh, which every machine has, only when asked for.
PROGRAMS = {
    "cloudflared": Program(
        # An error names api.trycloudflare.com.
        address=r"(https://(?!api\.)[a-z0-9-]+\.trycloudflare\.com)",
        next_time="Next time the address is another: printed links and QR codes stop working.",
        visitors="Cloudflare passes on each visitor’s IP, so networks are counted apart. "
        "It can read what visitors send.",
        debian="curl -Lo cloudflared.deb https://github.com/cloudflare/cloudflared/releases/latest/"
        "download/cloudflared-linux-$(dpkg --print-architecture).deb "
        "&& sudo apt install ./cloudflared.deb",
        macos="brew install cloudflared",
    ),
    "tailscale": Program(
        # Where Funnel is off it names login.tailscale.com.
        address=r"(https://[\w.-]+\.ts\.net(?::\d+)?)",
        next_time="Next time the address is the same, unless you rename this machine.",
        visitors="Tailscale passes on each visitor’s IP, so networks are counted apart. "
        "It can’t read what visitors send.",
        debian="curl -fsSL https://tailscale.com/install.sh | sh",
        macos="brew install --cask tailscale-app",
    ),
    "ssh": Program(
        # Such services greet with links of their own: localhost.run, serveo.net, sish.
        address=r"(?:tls termination,|traffic from|HTTPS:).*?(https://[\w.-]+)",
        next_time="Next time the address may be another: printed links and QR codes stop working.",
        visitors="localhost.run passes on each visitor’s IP; another host may not. "
        "Both can read what visitors send.",
        debian="sudo apt install openssh-client",
        macos="brew install openssh",
    ),
}
CHOSEN_FROM = ("cloudflared", "tailscale")


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--with",
    "name",
    type=click.Choice(list(PROGRAMS)),
    help="Tunnel program (default: cloudflared, else tailscale).",
)
@click.option(
    "--ssh",
    "ssh_host",
    metavar="USER@HOST",
    help=f"Tunnel by ssh through this host (--with ssh: {LOCALHOST_RUN}).",
)
def public(port: int, name: str | None, ssh_host: str | None) -> None:
    """Serve this instance on the internet from a laptop, through a tunnel, until Ctrl-C."""
    if ssh_host and name not in (None, "ssh"):
        raise click.UsageError(f"--ssh names a host for ssh, not for {name}. Leave one out.")
    name = _find_program("ssh" if ssh_host else name)
    # A tunnel to a port that another program has would put that one on the internet.
    check_port(HOST, port)
    _end_as_by_ctrl_c()
    with Tunnel(name, _command(name, port, ssh_host or LOCALHOST_RUN)) as tunnel:
        try:
            address = tunnel.wait_for_address()
            _show(address, PROGRAMS[name])
            run(_settings_at(address), HOST, port)
        except KeyboardInterrupt:
            if not tunnel.has_failed:
                raise
    if tunnel.has_failed:
        raise SystemExit(1)


def _find_program(name: str | None) -> str:
    """The tunnel program to use; ends with 1 and what to install where there is none."""
    wanted = (name,) if name else CHOSEN_FROM
    for each in wanted:
        if shutil.which(each):
            return each
    program = PROGRAMS[wanted[0]]
    other = "" if name else "\nOr use tailscale, or ssh through localhost.run: --with ssh"
    raise _failure(
        f"{' and '.join(wanted)} not found. Install {wanted[0]}, then try again.\n"
        f"  Debian: {program.debian}\n"
        f"  macOS:  {program.macos}{other}"
    )


def _command(name: str, port: int, ssh_host: str) -> list[str]:
    """What is run to bring requests from the internet to this port."""
    if name == "cloudflared":
        # An update would end the tunnel.
        return [name, "tunnel", "--no-autoupdate", "--url", f"http://{HOST}:{port}"]
    if name == "tailscale":
        return [name, "funnel", str(port)]
    options = (
        # Nobody is there to answer a question.
        *("BatchMode=yes", "StrictHostKeyChecking=accept-new"),
        *("ExitOnForwardFailure=yes", "ServerAliveInterval=30"),
        # A connection that is shared would keep the tunnel when we end.
        *("ControlMaster=no", "ControlPath=none"),
    )
    chosen = [f"-o{option}" for option in options]
    return [name, "-T", *chosen, "-R", f"80:{HOST}:{port}", "--", ssh_host]


def _settings_at(address: str) -> dict[str, str]:
    """The settings of this run: each of the programs adds one IP to X-Forwarded-For, at its end."""
    return {**os.environ, "WBTEST_BASE_URL": address, "WBTEST_TRUSTED_PROXIES": "1"}


def _end_as_by_ctrl_c() -> None:
    """Until the server hears signals, let those that end us end the tunnel as well."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


class Tunnel:
    """A tunnel program, run until the block ends.

    When it fails before, it says so, sets ``has_failed`` and ends this process by SIGTERM.
    """

    def __init__(self, name: str, command: list[str]) -> None:
        self.has_failed = False
        self._name = name
        self._command = command
        self._pattern = re.compile(PROGRAMS[name].address)
        self._address = ""
        self._is_named = threading.Event()
        self._is_ending = False
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._reader = threading.Thread(target=self._read, name="tunnel", daemon=True)

    def __enter__(self) -> Self:
        # A group of its own: Ctrl-C goes to us, and we end it in order. Its input stays open: ssh
        # may take the end of it for a wish to log out.
        self._process = subprocess.Popen(  # noqa: S603 - no shell
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            process_group=0,
        )
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_ending = True
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
        self._reader.join(END_SECONDS)

    def wait_for_address(self, seconds: float = ADDRESS_SECONDS) -> str:
        """The https address of the tunnel; ends with 1 when none is named in time."""
        if not self._is_named.wait(seconds):
            raise _failure(
                f"{self._name} named no address in {seconds:g} seconds.{self._last_lines()}"
            )
        return self._address

    def _signal(self, number: signal.Signals) -> None:
        """Signal the program, and what it has started in its place, unless it is gone."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _read(self) -> None:
        """Note its address. It is read to its end, or the program would wait for us."""
        assert self._process.stdout
        for line in self._process.stdout:
            self._last.append(line.strip())
            found = self._pattern.search(line)
            if found and not self._address:
                self._address = found[1].rstrip(".")
                self._is_named.set()
            elif found and found[1].rstrip(".") != self._address:
                self._give_up("changed its address")
        self._process.wait()
        self._give_up("ended")

    def _give_up(self, what: str) -> None:
        if self._is_ending or self.has_failed:
            return
        self.has_failed = True
        told = f"{self._name} {what}, so this page is offline. Start wbtest public again."
        click.echo(f"wbtest: {told}{self._last_lines()}", err=True)
        os.kill(os.getpid(), signal.SIGTERM)

    def _last_lines(self) -> str:
        lines = [f"\n  {line}" for line in self._last if line]
        return f" Its last lines:{''.join(lines)}" if lines else ""


def _show(address: str, program: Program) -> None:
    """Print the address, also for a phone's camera, and what a laptop is not."""
    drawn = StringIO()
    segno.make_qr(address, error="l").terminal(drawn, border=2, compact=True)
    click.echo(f"\n{address}\n\n{drawn.getvalue()}")
    click.echo("It’s online while this command runs and this computer is awake.")
    click.echo(program.next_time)
    click.echo(program.visitors)
    click.echo("For a test that lasts, use a server: docs/publish.md.\n")


def _failure(sentence: str) -> SystemExit:
    """Say why, and return the end of the command with exit code 1."""
    click.echo(f"wbtest: {sentence}", err=True)
    return SystemExit(1)
