"""A picture as somebody sent it, decoded and re-encoded as WebP. Pure.

Of what was sent nothing but the pixels is kept: no place, no camera, no comment, and nothing that
could be read as another kind of file.
"""

import struct
import threading
import zlib
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from wbtest.publishing.page_design import LARGEST, TALLEST, WIDTHS

# In millions. A few bytes can claim any size, and while a picture is decoded each pixel takes up to
# 5, 9 or 15 bytes: so none takes more than 200 MB.
MOST_PIXELS = {"JPEG": 36, "PNG": 20, "WEBP": 12}
FORMATS = tuple(MOST_PIXELS)
# Pictures that come at once are decoded one after the other: each takes its memory alone.
DECODING = threading.Lock()
QUALITY = 80
# What decoders raise for a file that is broken, or made to break them.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    LookupError,
    OverflowError,
    struct.error,
    zlib.error,
)
TOO_LARGE = "This picture has more than {} million pixels. Upload a smaller one."


class NotAnImage(ValueError):
    """A file that cannot be shown as a picture; the text says why, and what to send."""


class EncodedFile(NamedTuple):
    """One width of a picture, as WebP."""

    width: int
    height: int
    body: bytes


def encode(sent: bytes, side: int | None = None) -> tuple[EncodedFile, ...]:
    """Return the picture in one or two widths, the largest last. Raises NotAnImage.

    With a ``side`` it's cut to one square of at most so many px. The same bytes give the same
    files. Of an animation the first frame is kept.
    """
    if not sent:
        raise NotAnImage("This file is empty. Choose a picture.")
    if len(sent) > LARGEST:
        raise NotAnImage("This file is larger than 10 MB. Upload a smaller one.")
    # A switch of the whole process: WeasyPrint turns it on once it is imported, and from the first
    # PDF on a picture cut short would be taken, its rest grey.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with DECODING, Image.open(BytesIO(sent), formats=FORMATS) as opened:
            # Before anything is decoded. A JPEG may come as one of several pictures, an MPO.
            most = MOST_PIXELS.get(opened.format or "", MOST_PIXELS["JPEG"])
            if opened.width * opened.height > most * 1_000_000:
                raise NotAnImage(TOO_LARGE.format(most))
            whole = _fitting(opened)
    except NotAnImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAnImage(TOO_LARGE.format(MOST_PIXELS["JPEG"])) from error
    except UnidentifiedImageError as error:
        raise NotAnImage("This isn’t a PNG, JPEG or WebP picture. Upload one of those.") from error
    except BROKEN as error:
        raise NotAnImage(
            "This picture is broken or cut short. Export it again and upload it."
        ) from error
    if side:
        whole = _square(whole, side)
    widths = (*(width for width in WIDTHS[:-1] if width < whole.width), whole.width)
    return tuple(_file(whole, width) for width in widths)


def _fitting(opened: Image.Image) -> Image.Image:
    """The first frame, upright, in plain colours, no larger than a page shows it."""
    # A JPEG can be decoded at a fraction of its size; for others this does nothing.
    opened.draft("RGB", (2 * TALLEST, 2 * TALLEST))
    opened.load()
    is_turned = opened.getexif().get(0x0112, 1) >= 5
    box = (TALLEST, WIDTHS[-1]) if is_turned else (WIDTHS[-1], TALLEST)
    plain = _in_plain_colours(opened)
    # Made smaller first, so that turning it takes little memory.
    plain.thumbnail(box, Image.Resampling.LANCZOS)
    plain = _in_web_colours(plain, opened.info.get("icc_profile"))
    plain.info = {"exif": opened.info["exif"]} if "exif" in opened.info else {}
    return ImageOps.exif_transpose(plain)


def _square(whole: Image.Image, side: int) -> Image.Image:
    """The middle of the picture; of a tall one a little above, where faces are."""
    side = min(side, *whole.size)
    return ImageOps.fit(whole, (side, side), Image.Resampling.LANCZOS, centering=(0.5, 0.35))


def _in_plain_colours(opened: Image.Image) -> Image.Image:
    if opened.mode.startswith("I"):
        # 16 bits a pixel; a plain conversion would cut everything bright to white.
        opened = opened.point(lambda value: value / 256).convert("L")
    has_alpha = opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info
    mode = "RGBA" if has_alpha else "RGB"
    if opened.mode == "CMYK" and "icc_profile" in opened.info:
        return opened
    # A conversion into its own mode would be a copy of the whole.
    return opened if opened.mode == mode else opened.convert(mode)


def _in_web_colours(plain: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as sRGB, which is what a file without a profile is read as; phones write others.

    A profile that cannot be read is passed over, as browsers do.
    """
    web = ImageCms.createProfile("sRGB")
    mode = "RGBA" if plain.mode == "RGBA" else "RGB"
    try:
        if profile:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(plain, own, web, outputMode=mode)
            return converted or plain
    except (ImageCms.PyCMSError, *BROKEN):
        pass
    return plain if plain.mode == mode else plain.convert(mode)


def _file(whole: Image.Image, width: int) -> EncodedFile:
    height = max(1, round(whole.height * width / whole.width))
    shown = (
        whole if width == whole.width else whole.resize((width, height), Image.Resampling.LANCZOS)
    )
    out = BytesIO()
    # ``exif`` and the others must be named: without them those of the source are written.
    shown.save(out, "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return EncodedFile(width, height, out.getvalue())
