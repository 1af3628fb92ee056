"""What is taken for a picture, what is left of it, and what is refused with a sentence."""

import struct
import zlib
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image as Pictures
from PIL import ImageCms

from tests.conftest import HandClock
from tests.factories import Team, make_checked, make_experiment
from tests.skips import require
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.experiments import change_variant, remove_experiment
from wbtest.publishing.image_decoding import NotAnImage, encode
from wbtest.publishing.images import DELETE_EVERY, KEPT, add_image, delete_unused_images, picture_of
from wbtest.publishing.models import Experiment, Image, ImageFile
from wbtest.publishing.page_design import LARGEST, PICTURES, USUAL, Look
from wbtest.publishing.page_settings import change_look
from wbtest.store import Invalid, writing
from wbtest.writing.models import Revision
from wbtest.writing.pdf import html_to_pdf

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
NO_PICTURES = {
    "html": b"<!DOCTYPE html><script>alert(1)</script>",
    "svg": SVG,
    "php": b"<?php echo 1;",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "mp4": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
    "fits": b"SIMPLE  =                    T".ljust(2880),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
}


def picture(kind: str = "PNG", size: tuple[int, int] = (1600, 900), **details: object) -> bytes:
    """A picture of two colours, red above and blue below."""
    made = Pictures.new("RGB", size, "#c02020")
    made.paste("#2020c0", (0, size[1] // 2, *size))
    out = BytesIO()
    made.save(out, kind, **details)
    return out.getvalue()


def red_of(body: bytes) -> int:
    with Pictures.open(BytesIO(body)) as opened:
        red: int = opened.convert("RGB").getpixel((5, 5))[0]
    return red


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG that claims this size; it holds one row at most."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(b"\0" * (3 * min(width, 10) + 1)))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + rows + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_kept_in_two_widths_as_webp(kind):
    small, large = encode(picture(kind))

    assert (small.width, small.height) == (640, 360)
    assert (large.width, large.height) == (1280, 720)
    with Pictures.open(BytesIO(large.body)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (1280, 720))


@pytest.mark.parametrize(("size", "kept"), [((300, 200), [300]), ((900, 300), [640, 900])])
def test_a_small_picture_is_not_made_larger(size, kept):
    assert [file.width for file in encode(picture(size=size))] == kept


def test_a_tall_picture_is_made_to_fit():
    assert encode(picture(size=(400, 3200)))[-1][:2] == (200, 1600)


@pytest.mark.parametrize(
    ("size", "side"), [((1600, 900), 192), ((900, 1600), 192), ((300, 120), 120), ((192, 192), 192)]
)
def test_a_photo_is_cut_to_one_small_square(size, side):
    [kept] = encode(picture(size=size), 192)

    assert (kept.width, kept.height) == (side, side)
    with Pictures.open(BytesIO(kept.body)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (side, side))


def test_where_and_by_what_it_was_taken_is_gone():
    exif = Pictures.Exif()
    exif[0x010F] = "zqcamera"
    exif.get_ifd(0x8825)[1] = "zqnorth"
    sent = picture("JPEG", exif=exif, comment=b"zqcomment")
    assert b"zqcamera" in sent

    for file in encode(sent):
        with Pictures.open(BytesIO(file.body)) as opened:
            assert not opened.getexif()
        assert b"zq" not in file.body


def test_a_picture_that_was_taken_sideways_stands_upright():
    exif = Pictures.Exif()
    exif[0x0112] = 6
    [small] = encode(picture("JPEG", size=(400, 200), exif=exif))

    assert (small.width, small.height) == (200, 400)
    with Pictures.open(BytesIO(small.body)) as opened:
        right, left = opened.getpixel((190, 200)), opened.getpixel((10, 200))
    assert right[0] > right[2]
    assert left[2] > left[0]


def test_of_an_animation_the_first_frame_is_kept():
    others = [Pictures.new("RGB", (80, 80), colour) for colour in ("green", "blue")]
    sent = picture("WEBP", (80, 80), save_all=True, append_images=others)

    [kept] = encode(sent)

    with Pictures.open(BytesIO(kept.body)) as opened:
        assert opened.n_frames == 1
        assert opened.convert("RGB").getpixel((5, 5))[0] > 100


def test_of_a_photo_with_a_second_picture_inside_the_first_is_kept():
    sent = picture("MPO", (80, 80), save_all=True, append_images=[Pictures.new("RGB", (80, 80))])

    [kept] = encode(sent)

    assert red_of(kept.body) > 150


@pytest.mark.parametrize("profile", [SRGB, b"no profile"])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_profile_of_colours_is_used_and_left_behind(mode, profile):
    out = BytesIO()
    Pictures.new("RGB", (80, 80), "#c02020").convert(mode).save(out, "JPEG", icc_profile=profile)

    [kept] = encode(out.getvalue())

    with Pictures.open(BytesIO(kept.body)) as opened:
        assert "icc_profile" not in opened.info
    assert red_of(kept.body) == pytest.approx(80 if mode == "L" else 192, abs=8)


def test_a_clear_ground_stays_clear():
    out = BytesIO()
    Pictures.new("RGBA", (50, 50), (255, 0, 0, 0)).save(out, "PNG")

    with Pictures.open(BytesIO(encode(out.getvalue())[0].body)) as opened:
        assert opened.convert("RGBA").getpixel((5, 5))[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_every_kind_of_pixel_can_be_sent(mode):
    out = BytesIO()
    Pictures.new(mode, (50, 50)).save(out, "PNG")

    assert encode(out.getvalue())[0].width == 50


@pytest.mark.parametrize("kind", NO_PICTURES)
def test_what_only_has_a_pictures_name_is_refused(kind):
    with pytest.raises(NotAnImage, match="isn’t a PNG, JPEG or WebP"):
        encode(NO_PICTURES[kind])


def test_of_a_picture_that_is_a_page_as_well_only_the_pixels_are_kept():
    sent = picture("JPEG", comment=b"<script>alert(1)</script>") + SVG + b"PK\x03\x04"

    assert all(b"<script" not in file.body for file in encode(sent))


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "broken|isn’t a PNG"),
        (picture()[:-200], "broken or cut short"),
        (picture("JPEG")[:2000], "broken or cut short"),
        (picture("WEBP")[:500], "broken or cut short|no PNG"),
        (b"\0" * (LARGEST + 1), "larger than 10 MB"),
        (png(50_000, 50_000), "more than 36 million pixels"),
        (png(5_000, 4_001), "more than 20 million pixels"),
        (png(10, 1, chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 20_000_000))), "broken"),
    ],
    ids=["empty", "head", "png", "jpeg", "webp", "large", "bomb", "big", "text"],
)
def test_a_file_that_cannot_be_shown_is_answered_with_the_reason(sent, answer):
    with pytest.raises(NotAnImage, match=answer):
        encode(sent)


def test_a_picture_cut_short_is_refused_after_a_pdf_was_made_as_well():
    require("Pango")
    html_to_pdf("<p>A memo")

    with pytest.raises(NotAnImage, match="broken or cut short"):
        encode(picture()[:-200])


def test_the_same_picture_sent_twice_is_one(team: Team):
    first = add_image(team.editor, picture())
    again = add_image(team.owner, picture())

    assert again.id == first.id
    assert db.session.scalar(db.select(db.func.count()).select_from(ImageFile)) == 2


def test_a_refused_file_leaves_nothing(team: Team):
    with pytest.raises(Invalid):
        add_image(team.editor, SVG)

    assert db.session.scalar(db.select(db.func.count()).select_from(Image)) == 0


@pytest.fixture
def name(team: Team) -> str:
    """A picture that was sent, by its name."""
    return picture_of(add_image(team.editor, picture(size=(60, 40)))).name


@pytest.fixture
def draft(revision: Revision, team: Team) -> Experiment:
    return make_experiment(revision, team.editor, variants=("Photo",))


def left_after(now: HandClock, days: float) -> int:
    """How many pictures are left when the worker has done its work on each of these days."""
    end = now() + timedelta(days=days)
    while now() < end:
        now.turn(days=1)
        delete_unused_images(now())
    return db.session.scalar(db.select(db.func.count()).select_from(Image)) or 0


def show_in_variant(draft: Experiment, team: Team, **words: str) -> None:
    change_variant(draft.variants[1], team.editor, name="Photo", weight=1, overrides=words)


def test_a_picture_that_nothing_shows_is_kept_for_a_week(name: str, now: HandClock):
    assert left_after(now, days=KEPT / DELETE_EVERY) == 1
    assert left_after(now, days=1) == 0
    assert db.session.scalars(db.select(ImageFile)).all() == []


@pytest.mark.parametrize("part", PICTURES)
def test_a_picture_of_a_look_stays(
    part: str, name: str, draft: Experiment, team: Team, now: HandClock
):
    change_look(draft, team.editor, Look(**{part: name}, hero_alt="A fridge"))

    assert left_after(now, days=20) == 1


def test_a_picture_of_a_variant_stays(name: str, draft: Experiment, team: Team, now: HandClock):
    show_in_variant(draft, team, hero=name, hero_alt="A fridge")

    assert left_after(now, days=20) == 1


def test_a_picture_that_a_look_lets_go_is_kept_for_a_week_from_then(
    name: str, draft: Experiment, team: Team, now: HandClock
):
    change_look(draft, team.editor, Look(logo=name))
    left_after(now, days=20)
    change_look(draft, team.editor, USUAL)

    assert left_after(now, days=KEPT / DELETE_EVERY) == 1
    assert left_after(now, days=2) == 0


def test_the_picture_of_a_deleted_draft_goes(
    name: str, draft: Experiment, team: Team, now: HandClock
):
    change_look(draft, team.editor, Look(logo=name))
    remove_experiment(draft)

    assert left_after(now, days=9) == 0


def test_a_picture_that_a_sealed_text_alone_names_stays(
    name: str, draft: Experiment, team: Team, now: HandClock
):
    show_in_variant(draft, team, hero=name, hero_alt="A fridge")
    lifecycle.start(make_checked(draft, team.editor), team.approver)
    with writing():
        draft.variants[1].overrides = {"headline": "Changed behind its seal"}

    assert left_after(now, days=20) == 1


def test_a_picture_that_is_gone_is_not_chosen(
    name: str, draft: Experiment, team: Team, now: HandClock
):
    left_after(now, days=9)

    with pytest.raises(Invalid, match="from the list"):
        change_look(draft, team.editor, Look(logo=name))
    with pytest.raises(Invalid, match="from the list"):
        show_in_variant(draft, team, hero=name, hero_alt="A fridge")
