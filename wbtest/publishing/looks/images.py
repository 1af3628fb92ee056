"""The pictures of pages: taken in, found, and handed out."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import undefer

from wbtest.extensions import clock, db
from wbtest.publishing.looks.pictures import Picture, read_name
from wbtest.publishing.models import Image, ImageFile
from wbtest.store import Invalid, hold, writing
from wbtest.team.access import get_team
from wbtest.team.models import Person

# So many are offered; who looks for an older one sends it again, which finds it.
OFFERED = 12


def add_image(person: Person, sent: bytes, field: str = "image") -> Image:
    """Keep a picture in two widths; the same one sent again is the one that is there.

    Raises Invalid at ``field`` for a file that is no PNG, JPEG or WebP picture, or too large.
    """
    # Brings PIL along, which only who sends a picture needs.
    from wbtest.publishing.looks.decoding import NotAnImage, encode

    try:
        files = encode(sent)
    except NotAnImage as error:
        raise Invalid(field, str(error)) from error
    largest = files[-1]
    digest = hashlib.sha256(largest.body).hexdigest()
    with writing() as session:
        hold(get_team())
        known = find_image(digest)
        if known is not None:
            return known
        image = Image(
            digest=digest,
            width=largest.width,
            height=largest.height,
            author_id=person.id,
            created_at=clock.now(),
            files=[
                ImageFile(width=file.width, height=file.height, body=file.body) for file in files
            ],
        )
        session.add(image)
    return image


def find_image(digest: str) -> Image | None:
    """Return the picture of this digest, or None."""
    return db.session.scalar(select(Image).where(Image.digest == digest))


def demand_picture(field: str, name: str) -> None:
    """Keep the picture of this name from being deleted until the transaction ends.

    Raises Invalid at ``field`` when there is no such picture; '' and “none” name none.
    """
    picture = read_name(name)
    if picture is None:
        return
    is_it = Image.digest == picture.digest
    found = db.session.scalar(select(Image.id).where(is_it).with_for_update(read=True))
    if found is None:
        raise Invalid(field, "Choose a picture from the list.")


def find_file(digest: str, width: int) -> bytes | None:
    """Return the WebP of this width of a picture, or None."""
    found = db.session.scalar(
        select(ImageFile)
        .join(Image)
        .where(
            Image.digest == digest,
            ImageFile.width == width,
        )
        .options(undefer(ImageFile.body))
    )
    return found.body if found else None


def images_of() -> Sequence[Image]:
    """The pictures that were sent or shown last, the newest first."""
    return db.session.scalars(
        select(Image).order_by(Image.created_at.desc(), Image.id.desc()).limit(OFFERED)
    ).all()


def picture_of(image: Image) -> Picture:
    """Return the picture as looks name it."""
    return Picture(image.digest, image.width, image.height)
