"""From a bare laptop to the sign-up of a stranger who scanned a QR code: `wbtest public`."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser, BrowserType, expect

from tests.browser.conftest import PATIENCE, phone
from tests.browser.founder import Cost, Founder, create_test, set_up, start, tell, write
from tests.cli.conftest import Instance, Served, eventually, serving
from tests.cli.test_public import ADDRESSES, FORWARDS, install, listens
from tests.cli.test_visitors_ip import rows
from tests.service.ports import free_port
from tests.skips import require
from tests.steps.browser import FLAGS, sign_up

# A process and its tunnel; what the database does is the same.
pytestmark = [pytest.mark.browser, pytest.mark.one_database]

ADDRESS = ADDRESSES["cloudflared"]
# What is typed before a browser is there: README, "Three ways to run it".
COMMANDS = ("git clone …", "cd wbtest", "brew install cloudflared", "make public")
MOST = Cost(clicks=25 - len(COMMANDS), fields=25, loads=20, words=2500)
# As Cloudflare's edge has it; the browser is told not to ask who signed it.
ENCRYPT = """\
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain({certificate!r})
server.socket = context.wrap_socket(server.socket, server_side=True)
"""


def make_certificate(file: Path, host: str) -> None:
    """Write a certificate of this host, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    as_pem = serialization.Encoding.PEM
    private = key.private_bytes(
        as_pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(certificate.public_bytes(as_pem) + private)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder for the tunnel programs of the laptop."""
    folder = tmp_path / "programs"
    folder.mkdir()
    return folder


@pytest.fixture
def laptop(tmp_path: Path, programs: Path) -> Instance:
    """A folder in which wbtest never ran; no mail server is set."""
    return Instance({"WBTEST_INSTANCE": str(tmp_path / "instance"), "PATH": str(programs)})


@pytest.fixture
def edge() -> int:
    """The port at which the tunnel's edge takes https."""
    return free_port()


@pytest.fixture
def served(laptop: Instance, programs: Path, tmp_path: Path, edge: int) -> Iterator[Served]:
    """A `wbtest public` on a laptop, whose tunnel can be opened by https."""
    certificate = tmp_path / "edge.pem"
    make_certificate(certificate, urlsplit(ADDRESS).netloc)
    encrypt = ENCRYPT.format(certificate=str(certificate))
    install(programs, "cloudflared", then=FORWARDS.format(edge=edge, encrypt=encrypt))
    with serving(laptop, ["public"]) as served:
        assert eventually(lambda: listens(edge))
        yield served


@pytest.fixture
def internet(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], edge: int
) -> Iterator[Browser]:
    """A browser to which the address of the tunnel leads to its edge."""
    mapped = f"--host-resolver-rules=MAP {urlsplit(ADDRESS).netloc}:443 127.0.0.1:{edge}"
    arguments = {**browser_type_launch_args, "args": [*FLAGS, mapped]}
    browser = browser_type.launch(**arguments)
    yield browser
    browser.close()


def count_words(text: str) -> int:
    """How many words a terminal shows; a QR code is none."""
    return len(re.findall(r"\S*[^\W_]\S*", text))


def scan(picture: bytes) -> str:
    """What a phone reads in this picture of a QR code."""
    require("zbarimg")
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "-"],
        input=picture,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def test_a_stranger_who_scans_a_qr_code_signs_up_on_the_first_evening(
    served: Served, internet: Browser, laptop: Instance
) -> None:
    setup = re.search(rf"{ADDRESS}/setup/\S+", served.printed)
    assert setup
    with internet.new_context(ignore_https_errors=True) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        founder = Founder(page)
        founder.clicks += 1
        page.goto(setup[0])
        set_up(founder)
        write(founder)
        create_test(founder)
        start(founder)
        founder.click("Test", role="link")
        founder.unfold("Links and QR codes")
        founder.click("Add WhatsApp")
        code = page.get_by_role("img", name="QR code of the link for WhatsApp")
        code.scroll_into_view_if_needed()
        page.wait_for_function(
            "code => code.complete && code.naturalWidth", arg=code.element_handle()
        )
        found = scan(code.screenshot())

    viewport = {"width": 390, "height": 844}
    with phone(internet, ignore_https_errors=True, viewport=viewport) as stranger:
        stranger.goto(found)
        sign_up(stranger, "mia@example.net")
        expect(stranger.get_by_role("heading", level=1)).to_have_text("Thanks, you’re on the list.")

    assert found.startswith(f"{ADDRESS}/p/larder?utm_source=whatsapp")
    assert rows(laptop, "SELECT email FROM signups") == ["mia@example.net"]
    tell(founder)
    cost = founder.cost._replace(words=founder.cost.words + count_words(served.printed))
    print(f"{len(COMMANDS)} commands, {count_words(served.printed)} words in the terminal; {cost}")  # noqa: T201
    assert cost.over(MOST) == []
