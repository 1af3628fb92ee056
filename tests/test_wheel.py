"""What a founder installs: a wheel, run from a folder that has nothing of the checkout."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests.cli.conftest import Instance
from wbtest.publishing.typefaces import FOLDER

ROOT = Path(__file__).parents[1]
VISITORS = 300


class Served:
    """The demo as the installed wheel serves it, and a browser's memory for cookies."""

    def __init__(self, url: str, output: str, folder: Path) -> None:
        self.url = url
        self.site = folder / "site"
        self.instance = folder / "instance" / "demo"
        self.output = output
        self.browser: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self.browser.open(self.url + path, timeout=60) as answer:
            assert answer.status == 200
            text: str = answer.read().decode()
        return text

    def log_in(self) -> None:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get("/login"))
        email, password = re.search(r"(\S+@\S+)  (\S+)", self.output).groups()  # type: ignore[union-attr]
        form = {"csrf_token": token[1] if token else "", "email": email, "password": password}
        self.browser.open(self.url + "/login", urlencode(form).encode(), timeout=60).close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("elsewhere")
    _run("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    wheel = next(folder.glob("*.whl"))
    _run("-m", "pip", "install", "-q", "--no-deps", "--target", "site", str(wheel), cwd=folder)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environ = {key: text for key, text in os.environ.items() if not key.startswith("WBTEST_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "wbtest", "demo", "--port", str(port), "--visitors", str(VISITORS)],
        cwd=folder,
        env=environ | {"PYTHONPATH": str(folder / "site")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "As an outsider" in line:
            break
    yield Served(f"http://127.0.0.1:{port}", "".join(lines), folder)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    process.stdout.close()


def test_the_wheel_serves_the_page(served: Served) -> None:
    page = served.get("/p/larder")

    assert "does not exist yet" in page


def test_the_wheel_serves_results_with_their_styles_and_scripts(served: Served) -> None:
    served.log_in()

    page = served.get("/experiments/1/results")

    # What a script fetches later stands in the page, too.
    files = re.findall(r'="(/static/[^"]+)"', page)
    assert "Can I trust this?" in page
    assert {Path(file).suffix for file in files} == {".css", ".js", ".svg"}
    assert len(files) > 5
    assert all(served.get(file) for file in files)


def test_the_wheel_brings_typefaces_with_their_licences_and_palettes(served: Served) -> None:
    there = {
        path.name for path in (served.site / "wbtest" / "publishing").rglob("*") if path.is_file()
    }

    assert {file.name for file in FOLDER.iterdir()} | {"palettes.toml"} <= there


def test_the_wheel_serves_a_page_with_its_typeface_and_its_share_image(served: Served) -> None:
    with served.browser.open(f"{served.url}/p/larder/share.png", timeout=60) as answer:
        picture = answer.read()

    assert "src:url(data:font/woff2;base64," in served.get("/p/larder")
    assert picture.startswith(b"\x89PNG")


def test_the_wheel_brings_the_help_and_the_sample(served: Served) -> None:
    served.log_in()

    assert "H1: The headline says what the customer gets" in served.get("/help/coach")
    assert "You can look around, but not edit or test it" in served.get("/sample?side=review")


def test_every_address_that_the_demo_prints_opens(served: Served) -> None:
    paths = re.findall(r"http://[^/\s]+(/\S+)", served.output)
    served.log_in()

    assert len(paths) == 6
    assert all("<main" in served.get(path) for path in paths)


def test_its_data_is_in_the_folder_where_it_was_started(served: Served) -> None:
    assert f"Data: {served.instance}\n" in served.output
    assert (served.instance / "wbtest.db").exists()


def test_the_demo_is_in_order(served: Served) -> None:
    said = Instance({"WBTEST_INSTANCE": str(served.instance)}).run("verify")

    assert said.exit_code == 0, said.output


def _run(*arguments: str, cwd: Path) -> None:
    subprocess.run([sys.executable, *arguments], cwd=cwd, check=True, capture_output=True)
