"""`python -m tests.drills.installing`: deploy/install in a bare Debian, run again under load.

What it can not prove: systemd itself, a certificate that browsers trust, and a name in the DNS.
"""

import os
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from tests.drills.bare import CERTIFICATES, HOST, Bare, run_apart
from tests.drills.load import visiting
from tests.drills.progress import say
from tests.drills.proof import Proof, compare_signups, compare_visits, settle
from tests.service.errors import Broken
from tests.service.instance import Instance, make_instance, new_instance
from tests.service.server import eventually

MAIL = "smtp://127.0.0.1:1"
COPIES = "keeper@127.0.0.1:copies"
# A version that can't start, and one that has changed the database before it falls.
FALLS = 'raise SystemExit("broken on purpose")\n'
FALLS_LATE = """
import sqlite3
with sqlite3.connect("/var/lib/wbtest/wbtest.db") as torn:
    torn.execute("UPDATE alembic_version SET version_num = 'another'")
raise SystemExit("broken on purpose")
"""


@dataclass(frozen=True, slots=True)
class OnTheServer(Instance):
    """The instance in the bare system, reached by its name through Caddy."""

    name: str = HOST

    @property
    def url(self) -> str:
        return f"https://{self.name}"


def drill(folder: Path) -> list[str]:
    """Do all of it in the bare system that is there already; return what did not hold."""
    system = Bare(folder / "root")
    system.boot()
    system.copy_checkout("wbtest")
    laptop = make_instance(folder / "laptop")
    shutil.copytree(laptop.folder, system.root / "root/instance")

    said = system.install(HOST, "--mail", MAIL)
    if f"https://{HOST}/setup/" not in said:
        raise Broken(f"the owner's link was not printed:\n{said}")
    _trust_its_certificate(system)
    system.install(HOST, "--from", "/root/instance", "--copies", COPIES)
    said = system.install(HOST, "--from", "/root/instance", code=1)
    if "a team already" not in said:
        raise Broken(f"it would have brought a second team along:\n{said}")
    home = system.root / "var/lib/wbtest"
    instance = OnTheServer(home, f"sqlite:///{home / 'wbtest.db'}", 8000)
    proof = _upgrade_under_load(system, instance)
    _restore_elsewhere(system, instance, folder / "elsewhere", proof)
    say(str(proof))
    return proof.failures


def drill_postgresql(folder: Path) -> list[str]:
    """Install with PostgreSQL and upgrade; return what did not hold."""
    system = Bare(folder / "root")
    system.boot()
    system.copy_checkout("wbtest")
    for options in (("--postgres",), ()):
        said = system.install(HOST, *options)
        if "PostgreSQL, up to date." not in said:
            raise Broken(f"doctor did not see PostgreSQL:\n{said}")
    dumps = [*(system.root / "var/lib/wbtest/backups").glob("asked-*.dump")]
    return [] if dumps else ["the upgrade made no dump"]


def _trust_its_certificate(system: Bare) -> None:
    """Let clients, and the system itself, trust what Caddy signs for names of this machine."""
    ours = system.root / "var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
    if not eventually(ours.exists, 20):
        raise Broken("Caddy made no certificate")
    with (system.root / CERTIFICATES.relative_to("/")).open("a") as trusted:
        trusted.write(ours.read_text())
    os.environ["SSL_CERT_FILE"] = str(ours)


def _upgrade_under_load(
    system: Bare, instance: Instance, faults: tuple[str, ...] = (FALLS, FALLS_LATE)
) -> Proof:
    """Upgrade, and once with each fault, under visits; whom it told yes is there at the end."""
    with visiting(instance, visitors=10, rest=1.0) as load:
        load.wait_for(20)
        system.install(HOST)
        load.wait_for(20)
        for fault in faults:
            system.copy_checkout("broken")
            module = system.root / "root/broken/wbtest/cli/serve.py"
            module.write_text(module.read_text() + fault)
            said = system.install(HOST, source="broken", code=1)
            if "The version from before runs again" not in said:
                raise Broken(f"it did not say that it went back:\n{said}")
            load.wait_for(20)
        ledger = load.finish()
    settle(instance)
    proof = Proof(acknowledged=len(ledger.acknowledged), visits=len(ledger.visits))
    with instance.engine().connect() as raw:
        compare_signups(raw, ledger, proof)
        compare_visits(raw, ledger, (), proof)
    proof.must(proof.visits_lost == 0, f"{proof.visits_lost} visits are lost")
    say(f"answers that were no yes: {ledger.refused or 'none'}")
    system.run("wbtest", "verify")
    return proof


def _restore_elsewhere(system: Bare, instance: Instance, folder: Path, proof: Proof) -> None:
    """Copy a backup off by the unit that does so, and restore what arrived, with the key beside."""
    system.run("useradd", "--create-home", "keeper")
    system.run("install", "-d", "-o", "keeper", "-m", "700", "/home/keeper/.ssh")
    key = "/var/lib/wbtest/.ssh/id_ed25519.pub"
    system.run("install", "-o", "keeper", "-m", "600", key, "/home/keeper/.ssh/authorized_keys")
    system.run("/usr/sbin/sshd")
    system.run("wbtest", "backup")
    system.run("systemctl", "start", "wbtest-copies")
    arrived = system.root / "home/keeper/copies"
    newest = max((arrived / "backups").glob("asked-*.db"))
    folder.mkdir()
    shutil.copyfile(arrived / "secret_key", folder / "secret_key")
    restored = new_instance(folder)
    restored.run("restore", str(newest))
    restored.run("verify")
    query = "SELECT count(*) FROM signups"
    counts = []
    for each in (instance, restored):
        with each.engine().connect() as raw:
            counts.append(raw.exec_driver_sql(query).scalar_one())
    proof.must(
        counts[0] == counts[1], f"{counts[0]} sign-ups, and {counts[1]} in what was restored"
    )


@click.command()
@click.argument("suite", default="trixie")
@click.option("--postgres", is_flag=True, help="Only install with PostgreSQL, and upgrade.")
@click.option("--inside", type=click.Path(path_type=Path), hidden=True)
def main(suite: str, inside: Path | None, *, postgres: bool) -> None:
    """Try deploy/install in a bare Debian of this SUITE."""
    if inside:
        failures = drill_postgresql(inside) if postgres else drill(inside)
        click.echo("\n".join(failures) or "All of it held.")
        sys.exit(bool(failures))
    # SIGTERM also ends every process that we started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="wbtest-install-") as name:
        Bare(Path(name) / "root").make(suite)
        again = [sys.executable, "-m", "tests.drills.installing", suite, f"--inside={name}"]
        sys.exit(run_apart([*again, *(["--postgres"] if postgres else [])]))


if __name__ == "__main__":
    main()
