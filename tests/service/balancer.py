"""Hosts for machines of their own, and a real nginx before them, as deploy/nginx.conf says."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.service.errors import Broken, NotPossible
from tests.service.instance import ROOT
from tests.service.ports import free_port
from tests.service.server import eventually

DOCUMENTED = ROOT / "deploy" / "nginx.conf"
# What of the documented file cannot be had here: certificates, other ports, its folder for logs.
ELSEWHERE = re.compile(
    r"^server \{\n\tlisten 80;.*?^\}\n|^\t(listen \[::\]|http2|ssl_certificate|error_log).*?\n",
    re.DOTALL | re.MULTILINE,
)
LINE = re.compile(r"^\tserver 10\.0\.0\.\d+:8000 (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Host:
    """Where a machine runs: its address, ours as it sees it, and what starts a process there."""

    address: str = "127.0.0.1"
    ours: str = "127.0.0.1"
    prefix: tuple[str, ...] = ()

    @property
    def is_apart(self) -> bool:
        """Whether it has a network of its own."""
        return bool(self.prefix)


@contextmanager
def hosts(number: int) -> Iterator[list[Host]]:
    """So many hosts: each in a network namespace of its own, or else all of them this one."""
    if os.geteuid() or not shutil.which("ip"):
        yield [Host()] * number
        return
    with ExitStack() as stack:
        yield [stack.enter_context(_apart(each)) for each in range(number)]


@contextmanager
def _apart(number: int) -> Iterator[Host]:
    name, network = f"wbt{os.getpid()}-{number}", f"10.213.{(os.getpid() * 2 + number) % 250}"
    near, far = f"wb{os.getpid()}n{number}", f"wb{os.getpid()}f{number}"
    inside = ("ip", "netns", "exec", name)
    _run("ip", "netns", "add", name)
    try:
        _run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        _run("ip", "address", "add", f"{network}.1/30", "dev", near)
        _run("ip", "link", "set", near, "up")
        _run(*inside, "ip", "address", "add", f"{network}.2/30", "dev", far)
        _run(*inside, "ip", "link", "set", far, "up")
        _run(*inside, "ip", "link", "set", "lo", "up")
        _run(*inside, "ip", "route", "add", "default", "via", f"{network}.1")
        yield Host(f"{network}.2", f"{network}.1", inside)
    finally:
        # Its end of the cable goes with it, and so does ours.
        _run("ip", "netns", "delete", name)


class Balancer:
    """nginx in ``folder`` before ``machines``: their hosts and ports.

    A header of each answer says which machine gave it. Those that are apart can also be reached
    alone, at their own port of loopback.
    """

    def __init__(self, folder: Path, machines: Sequence[tuple[Host, int]]) -> None:
        self.port = free_port()
        self._folder = folder
        folder.mkdir()
        (folder / "nginx.conf").write_text(self._configuration(machines))

    @contextmanager
    def running(self) -> Iterator[None]:
        """It answers while the block runs."""
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin")
        if program is None:
            raise NotPossible("nginx is not installed (Debian: apt install nginx-light)")
        command = [program, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]
        with (self._folder / "said.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "-g", "daemon off;"],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            if not eventually((self._folder / "nginx.pid").exists, 10):
                raise Broken(f"nginx did not start; see {self._folder}")
            yield
        finally:
            process.terminate()
            process.wait(20)

    def _configuration(self, machines: Sequence[tuple[Host, int]]) -> str:
        temporary = "".join(
            f"\t{kind}_temp_path {self._folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        alone = "".join(
            f"server {{\n\tlisten 127.0.0.1:{port};\n\taccess_log off;\n\tlocation / {{\n"
            f"\t\tproxy_pass http://{host.address}:{port};\n\t\tproxy_set_header Host $host;\n"
            "\t}\n}\n"
            for host, port in machines
            if host.is_apart
        )
        return (
            f"{'user root;' if os.geteuid() == 0 else ''}\n"
            f"pid {self._folder}/nginx.pid;\nerror_log {self._folder}/error.log;\n"
            "worker_processes 2;\nevents {\n\tworker_connections 1024;\n}\nhttp {\n"
            f"{temporary}\tadd_header X-Machine $upstream_addr always;\n"
            f"{documented(machines, self.port)}{alone}}}\n"
        )


def documented(machines: Sequence[tuple[Host, int]], port: int) -> str:
    """The documented settings, for our machines and without TLS."""
    text, left_out = ELSEWHERE.subn("", DOCUMENTED.read_text(encoding="utf-8"))
    how = LINE.findall(text)
    lines = (f"\tserver {host.address}:{number} {how[0]}" for host, number in machines)
    first, _, rest = text.partition("\n\tserver 10.0.0.11:8000")
    text = "\n".join((first, *lines, rest.partition("\n")[2].partition("\n")[2]))
    text, ports = re.subn(r"listen 443 ssl;", f"listen 127.0.0.1:{port};", text)
    if (left_out, len(how), ports) != (6, 2, 1):
        raise Broken(f"{DOCUMENTED.name} is not what this drill knows how to read")
    return text


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotPossible(f"{' '.join(command)}: {done.stderr.strip()}")
