"""A bare Debian in a folder: a root, a network and processes of its own, all gone at the end.

Everything in it is real but systemd, which has to be process 1; `tests/drills/systemctl` stands in.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.drills.progress import say
from tests.service.errors import Broken, NotPossible
from tests.service.instance import ROOT
from tests.service.server import eventually

# Nobody outside signs for it, so Caddy does.
HOST = "try.wbtest.test"
SITE = "try.example.com {\n"
NEEDED = ("mmdebstrap", "slirp4netns", "unshare")
# What every Debian has that somebody rents, and the least of them lacks; sshd keeps the copies.
INCLUDED = "ca-certificates,iproute2,openssh-server"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# Services are not started by their packages: that too is systemd's.
STARTS_NONE = "#!/bin/sh\nexit 101\n"
JOURNAL = '#!/bin/sh\ncat "/var/log/stand-in/$2"\n'


def run_apart(command: Sequence[str]) -> int:
    """Run ``command`` with processes, mounts and a network of its own; return its exit code.

    Its network reaches the world through a program of this user, and nobody reaches it.
    """
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing or os.geteuid():
        raise NotPossible(f"It needs root and {', '.join(NEEDED)}; missing: {missing or 'root'}")
    # The shell stays process 1 and takes in processes that lost their parent; with it all end.
    spaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
    process = subprocess.Popen([*spaces, "sh", "-c", '"$@"; exit $?', "sh", *command])
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    eventually(lambda: bool(children.read_text().strip()), 10)
    network = subprocess.Popen(
        [
            "slirp4netns",
            "--configure",
            "--disable-host-loopback",
            children.read_text().strip(),
            "tap0",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return process.wait()
    finally:
        process.kill()
        network.terminate()
        network.wait()


class Bare:
    """The system in ``root``; commands run in it as root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def make(self, suite: str) -> None:
        """Unpack a minimal Debian, with stand-ins for what systemd brings."""
        say(f"A bare Debian {suite}")
        made = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={INCLUDED}", suite]
        subprocess.run([*made, str(self.root)], check=True)
        self._tool("usr/bin/systemctl", Path(__file__).with_name("systemctl").read_text())
        self._tool("usr/bin/journalctl", JOURNAL)
        self._tool("usr/sbin/policy-rc.d", STARTS_NONE)
        (self.root / "etc/hosts").write_text(f"127.0.0.1 localhost {HOST}\n")
        (self.root / "etc/resolv.conf").write_text("nameserver 10.0.2.3\n")
        # A machine may reach the world only by a certificate of its own.
        shutil.copyfile(CERTIFICATES, self.root / CERTIFICATES.relative_to("/"))

    def _tool(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)
        (self.root / name).chmod(0o755)

    def boot(self) -> None:
        """Give it what a running system has; called inside the spaces of ``run_apart``."""
        for kind, folder in (("proc", "proc"), ("tmpfs", "run"), ("tmpfs", "tmp")):
            subprocess.run(["mount", "-t", kind, kind, str(self.root / folder)], check=True)
        subprocess.run(["mount", "--rbind", "/dev", str(self.root / "dev")], check=True)
        (self.root / "run/systemd/system").mkdir(parents=True)
        (self.root / "run/sshd").mkdir()
        # Instead of the right that systemd gives to Caddy alone.
        Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")
        if not eventually(lambda: "tap0" in Path("/proc/net/dev").read_text(), 20):
            raise Broken("its network did not come up")

    def copy_checkout(self, name: str) -> None:
        """Put the files of this checkout to /root/``name``; Caddy signs its certificate itself."""
        files = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        target = self.root / "root" / name
        shutil.rmtree(target, ignore_errors=True)
        for file in files.decode().split("\0"):
            if file and not file.startswith("tests/"):
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, target / file)
        proxy = target / "deploy/Caddyfile"
        proxy.write_text(proxy.read_text().replace(SITE, f"{SITE}\ttls internal\n"))

    def popen(self, *command: str) -> "subprocess.Popen[str]":
        """Start a command in it; nothing of our own settings goes along."""
        kept = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        environ = {name: os.environ[name] for name in kept if name in os.environ}
        environ |= {"HOME": "/root", "LANG": "C.UTF-8", "PIP_CERT": str(CERTIFICATES)}
        environ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return subprocess.Popen(
            ["chroot", str(self.root), *command],
            env=environ,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str, code: int = 0) -> str:
        """Run it to its end and return what it printed. Raises Broken at another exit code."""
        process = self.popen(*command)
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("== "):
                say(line.strip())
        if process.wait() != code:
            raise Broken(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
        return said

    def install(self, *options: str, source: str = "wbtest", code: int = 0) -> str:
        """Run ``deploy/install`` of a checkout in it."""
        return self.run(f"/root/{source}/deploy/install", *options, code=code)
