"""Hostile files at each field that takes one: refused with a sentence, or only pixels are kept."""

import gc
import re
import zlib
from collections.abc import Callable
from io import BytesIO
from math import isqrt
from pathlib import Path
from tempfile import SpooledTemporaryFile, _TemporaryFileWrapper
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from lxml import html
from PIL import Image as Pictures

from tests.conftest import Browser
from tests.factories import (
    Team,
    log_in,
    make_approval,
    make_experiment,
    make_revision,
)
from tests.publishing.filling import errors_of
from tests.publishing.test_images import NO_PICTURES, SVG, chunk, picture, png
from wbtest.extensions import db
from wbtest.publishing.image_decoding import MOST_PIXELS
from wbtest.publishing.models import Experiment, Image, ImageFile
from wbtest.publishing.page_design import LARGEST

pytestmark = pytest.mark.one_database
MEGABYTE = 1024 * 1024
KIND = "multipart/form-data; boundary=cut"
MOST_MEMORY = 200 * MEGABYTE
NAMES = (
    *("../../app.py", "x.png\0.html", "con.png", '"; filename=evil.html', "ä" * 120 + ".png"),
    *('"><svg onload=alert(1)>.png', "=1+1.png", "a\r\nX-Evil: 1.png", ".htaccess", "/etc/passwd"),
)


def frames(kind: str, count: int) -> bytes:
    out = BytesIO()
    others = [Pictures.new("RGB", (2, 2), (n % 256, n // 256, 0)) for n in range(count)]
    others[0].save(out, kind, save_all=True, append_images=others[1:])
    return out.getvalue()


def with_place() -> bytes:
    """A photograph that says where it was taken, with a page in its comment and behind its end."""
    exif = Pictures.Exif()
    exif[0x010F] = "zqcamera"
    exif.get_ifd(0x8825)[1] = "zqnorth"
    comment = b"zqcomment <script>alert(1)</script><?php system($_GET[0]); ?>"
    return picture("JPEG", (80, 80), exif=exif, comment=comment) + SVG + b"zqend PK\x03\x04"


def huge(kind: str, mode: str = "RGB") -> bytes:
    """As many pixels as may be sent, of one colour, in a few kilobytes."""
    out, side = BytesIO(), isqrt(MOST_PIXELS[kind] * 1_000_000)
    details: dict[str, Any] = {"lossless": True, "method": 0} if kind == "WEBP" else {}
    if mode == "P":
        details["transparency"] = 0
    Pictures.new(mode, (side, side)).save(out, kind, **details)
    return out.getvalue()


REFUSED: dict[str, Callable[[], bytes]] = {
    **{name: lambda body=body: body for name, body in NO_PICTURES.items()},
    "nothing": lambda: b"",
    "one byte more": lambda: picture() + b"\0" * (LARGEST + 1 - len(picture())),
    "cut short": lambda: picture()[:-200],
    "only a head": lambda: b"\x89PNG\r\n\x1a\n",
    "50,000 a side": lambda: png(50_000, 50_000),
    "2 GB a side": lambda: png(2**31 - 1, 2**31 - 1),
    "text that swells": lambda: png(
        10, 1, chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 100 * MEGABYTE))
    ),
    "profile that swells": lambda: png(
        10, 1, chunk(b"iCCP", b"a\0\0" + zlib.compress(b"\0" * 100 * MEGABYTE))
    ),
    "10,000 frames of GIF": lambda: (
        b"GIF89a\x02\x00\x02\x00\x00\x00\x00"
        + b",\0\0\0\0\x02\0\x02\0\0\x02\x02\x84\x51\0" * 10_000
        + b";"
    ),
    "tiff": lambda: picture("TIFF", (80, 80)),
    "bmp": lambda: picture("BMP", (80, 80)),
    "ico": lambda: picture("ICO", (80, 80)),
    "jpeg 2000": lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100),
    "riff of another kind": lambda: b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
    "width of zero": lambda: png(0, 10),
}
TAKEN: dict[str, Callable[[], bytes]] = {
    "with a place": with_place,
    "a page behind it": lambda: picture("PNG", (80, 80)) + SVG,
    "1,000 frames": lambda: frames("WEBP", 1_000),
    "largest png": lambda: huge("PNG"),
    "largest palette": lambda: huge("PNG", "P"),
    "largest 16 bit": lambda: huge("PNG", "I;16"),
    "largest webp": lambda: huge("WEBP"),
    "largest jpeg": lambda: huge("JPEG"),
}


@pytest.fixture
def owner(app: Flask, client: Browser, team: Team) -> Browser:
    log_in(client, team.owner)
    return client


@pytest.fixture
def draft(team: Team) -> Experiment:
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    return make_experiment(revision, team.editor)


def send(
    owner: Browser, draft: Experiment, body: bytes, name: str = "x.png", field: str = "hero_file"
) -> Any:
    """Send the form of the look with a picture."""
    fields = {"layout": "mosaic", "palette": "kitchen", "corner": "soft", "hero_alt": "A fridge"}
    return post(owner, f"/experiments/{draft.id}/design", fields, body, name, field)


def post(
    owner: Browser,
    path: str,
    fields: dict[str, str],
    body: bytes,
    name: str,
    field: str,
    page_path: str = "",
) -> Any:
    """Send a form with a file. Written out, so that it lies in no file of the test's."""
    sent = form_of(owner, page_path or path, fields, body, name, field)
    return owner.post(path, data=sent, content_type=KIND)


def form_of(
    owner: Browser, page_path: str, fields: dict[str, str], body: bytes, name: str, field: str
) -> bytes:
    """The form on this page with a file, as it is sent."""
    page = html.fromstring(owner.get(page_path).text)
    token = page.xpath("//form[@enctype]//input[@name='csrf_token']/@value")[0]
    fields = {"csrf_token": token, **fields}
    parts = [f'name="{each}"\r\n\r\n{value}'.encode() for each, value in fields.items()]
    told = name.replace('"', "%22").replace("\r\n", "%0D%0A")
    parts.append(f'name="{field}"; filename="{told}"\r\n\r\n'.encode() + body)
    begins = b"--cut\r\nContent-Disposition: form-data; "
    return b"".join(begins + part + b"\r\n" for part in parts) + b"--cut--\r\n"


def memory_of(act: Callable[[], object]) -> int:
    """How many bytes more than before the process held at most meanwhile."""
    status = Path("/proc/self/status")
    Path("/proc/self/clear_refs").write_text("5")
    before = int(re.findall(r"VmRSS:\s+(\d+)", status.read_text())[0])
    act()
    return (int(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0]) - before) * 1024


def open_files() -> list[Any]:
    """The files of forms that nobody closed."""
    kinds = (SpooledTemporaryFile, _TemporaryFileWrapper)
    return [each for each in gc.get_objects() if isinstance(each, kinds) and not each.closed]


def count(model: type[Any]) -> int:
    found: int = db.session.scalar(sa.select(sa.func.count()).select_from(model))
    return found


def test_a_picture_may_be_larger_than_any_other_form(owner: Browser, draft: Experiment) -> None:
    assert send(owner, draft, picture("JPEG") + b"\0" * 3_000_000).status_code == 303


@pytest.mark.parametrize("field", ["hero_file", "logo_file", "photo_file"])
def test_a_hostile_file_is_no_picture_and_leaves_nothing(
    owner: Browser, draft: Experiment, field: str
) -> None:
    faults = {}
    for name, make in REFUSED.items():
        body = make()
        answers: list[Any] = []
        took = memory_of(lambda: answers.append(send(owner, draft, body, field=field)))  # noqa: B023
        [answer] = answers
        if answer.status_code != 422 or field not in errors_of(answer.text) or took > MOST_MEMORY:
            faults[name] = answer.status_code, took // MEGABYTE

    assert faults == {}
    assert count(Image) == 0


def test_of_what_is_taken_only_pixels_are_kept_in_little_memory(
    owner: Browser, draft: Experiment
) -> None:
    faults = {}
    for name, make in TAKEN.items():
        body = make()
        answers: list[Any] = []
        took = memory_of(lambda: answers.append(send(owner, draft, body)))  # noqa: B023
        if answers[0].status_code != 303 or took > MOST_MEMORY:
            faults[name] = answers[0].status_code, took // MEGABYTE
    kept = db.session.scalars(sa.select(ImageFile.body)).all()

    assert faults == {}
    assert len(kept) >= len(TAKEN) / 2
    assert all(body.startswith(b"RIFF") and body[8:12] == b"WEBP" for body in kept)
    assert not any(re.search(rb"zq|<script|<svg|<\?php|PK\x03\x04|Exif", body) for body in kept)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_whose_sender_hangs_up_leaves_nothing(
    owner: Browser, draft: Experiment, share: float
) -> None:
    sent = form_of(owner, f"/experiments/{draft.id}/design", {}, picture(), "x.png", "hero_file")

    answer = owner.post(
        f"/experiments/{draft.id}/design",
        input_stream=BytesIO(sent[: int(len(sent) * share)]),
        content_length=len(sent),
        content_type=KIND,
    )

    assert answer.status_code == 400
    assert open_files() == []
    assert (count(Image), count(ImageFile)) == (0, 0)
    assert owner.get(f"/experiments/{draft.id}/design").status_code == 200


def test_the_same_file_twice_is_kept_once(owner: Browser, draft: Experiment) -> None:
    for _ in range(2):
        assert send(owner, draft, picture("PNG", (80, 80))).status_code == 303

    assert (count(Image), count(ImageFile)) == (1, 1)


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_is_used_for_nothing(
    owner: Browser, draft: Experiment, tmp_path: Path, name: str
) -> None:
    assert send(owner, draft, picture("PNG", (80, 80)), name).status_code == 303

    assert count(ImageFile) == 1
    assert name not in owner.get(f"/experiments/{draft.id}/design").text
    assert {path.stem for path in tmp_path.rglob("*")} <= {"test"}
