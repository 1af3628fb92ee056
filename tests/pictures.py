"""Take the README's pictures of a demo made for them: ``make pictures``."""

import argparse
import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.service.instance import ROOT, new_instance
from tests.service.server import serving
from tests.steps.browser import chromium, log_in

IMAGES = ROOT / "docs/images"
# The name of each picture, what is clicked on the way from the list of ideas, and its height in
# pixels.
PICTURES = (("results", ("Larder", "Results"), 1000),)
PAGE = ("page", "/p/larder", 860)
WIDTH = 1280
COLOURS = 64
VISITORS = 6000


@contextmanager
def serve_demo(folder: Path, visitors: int) -> Iterator[tuple[str, str, str]]:
    """Serve a new demo in the folder; yields its address and its owner's email and password."""
    place = new_instance(folder)
    told = place.run("demo", "--no-serve", f"--port={place.port}", f"--visitors={visitors}")
    found = re.search(r"(\S+@\S+)  (\S+)", told)
    assert found, told
    demo = folder / "demo"
    with serving(replace(place, folder=demo, database_url=f"sqlite:///{demo / 'wbtest.db'}")):
        yield place.url, found[1], found[2]


def take_pictures(page: Page, url: str, into: Path) -> None:
    """Write each picture of ``PICTURES``, and the public page's, into this folder."""
    for name, links, height in PICTURES:
        page.goto(f"{url}/ideas")
        for link in links:
            page.locator("main a").filter(has_text=re.compile(rf"^\s*{link}\b")).last.click()
        save_picture(page, into / f"{name}.png", height)
    name, path, height = PAGE
    page.goto(url + path)
    save_picture(page, into / f"{name}.png", height)


def save_picture(page: Page, file: Path, height: int) -> None:
    """Write what a window of this height shows, in few colours: the README loads them."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=IMAGES, help="the folder of the pictures")
    parser.add_argument("--visitors", type=int, default=VISITORS, help="of the demo")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_demo(Path(folder), given.visitors) as (url, email, password),
        chromium() as browser,
    ):
        page = browser.new_page()
        log_in(page, url, email, password)
        take_pictures(page, url, given.into)


if __name__ == "__main__":
    main()
