"""Take the README's pictures of a demo made for them: ``make pictures``."""

import io
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.bench.browser import chromium

IMAGES = Path(__file__).parents[1] / "docs/images"
# The name of each picture, what is clicked on the way from the list of ideas, and its height in
# pixels.
PICTURES = (("results", ("Larder", "Results"), 1000),)
PAGE = ("page", "/p/larder", 860)
WIDTH = 1280
COLOURS = 64
PATIENCE_SECONDS = 300


@contextmanager
def serve_demo() -> Iterator[tuple[str, str, str]]:
    """Serve a new demo; yields its address and its owner's email and password."""
    with tempfile.TemporaryDirectory() as folder:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        log = Path(folder, "log")
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "wbtest", "demo", "--port", str(port)],
                env={**os.environ, "WBTEST_INSTANCE": folder},
                stdout=out,
            )
        try:
            yield f"http://127.0.0.1:{port}", *_wait_for_login(process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait_for_login(process: subprocess.Popen[bytes], log: Path) -> tuple[str, str]:
    until = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < until:
        if found := re.search(r"(\S+@\S+)  (\S+)\n(?s:.*)Its emails", log.read_text()):
            return found[1], found[2]
        time.sleep(0.5)
    sys.exit("The demo could not be made.")


def take_pictures(page: Page, url: str) -> None:
    """Write each picture of ``PICTURES``, and the public page's, into docs/images."""
    for name, links, height in PICTURES:
        page.goto(f"{url}/ideas")
        for link in links:
            page.locator("main a").filter(has_text=re.compile(rf"^\s*{link}\b")).last.click()
        save_picture(page, name, height)
    name, path, height = PAGE
    page.goto(url + path)
    save_picture(page, name, height)


def save_picture(page: Page, name: str, height: int) -> None:
    """Write what a window of this height shows, in few colours: the README loads them."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(COLOURS).save(IMAGES / f"{name}.png", optimize=True)


def main() -> None:
    with serve_demo() as (url, email, password), chromium() as browser:
        page = browser.new_page()
        page.goto(f"{url}/login")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", password)
        page.click("main button[type=submit]")
        take_pictures(page, url)


if __name__ == "__main__":
    main()
