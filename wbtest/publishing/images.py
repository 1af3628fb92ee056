"""The pictures of pages: stored, found, and deleted a week after nothing shows them any more."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Text, cast, select, union_all
from sqlalchemy.orm import undefer

from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment, Image, ImageFile, Variant
from wbtest.publishing.page_design import Picture, read_name
from wbtest.store import Invalid, hold, writing
from wbtest.team.access import get_team
from wbtest.team.models import Person

# So many are offered; who looks for an older one sends it again, which finds it.
OFFERED = 12
KEPT = timedelta(days=7)
# The job's own pace: a picture may have been let go just after it was last noted as in use.
DELETE_EVERY = timedelta(days=1)
_NAMED = re.compile(r"([0-9a-f]{64})-\d")


def add_image(person: Person, sent: bytes, field: str = "image", side: int | None = None) -> Image:
    """Keep a picture in two widths; the same one sent again is the one that is there.

    With a ``side`` in px it's cut to a square, which is kept in that width alone.
    Raises Invalid at ``field`` for a file that is no PNG, JPEG or WebP picture, or too large.
    """
    # Brings PIL along, which only who sends a picture needs.
    from wbtest.publishing.image_decoding import NotAnImage, encode

    try:
        files = encode(sent, side)
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


def offered(*names: str | None) -> list[Picture]:
    """The newest pictures, and those of these names, whenever they came."""
    newest = [picture_of(image) for image in images_of()]
    chosen = [picture for name in names if name and (picture := read_name(name))]
    return [*dict.fromkeys([*newest, *chosen])]


def delete_unused_images(now: datetime) -> None:
    """Delete the pictures that nothing has named for KEPT; a job of the worker.

    Notes what is in use, and deletes what has not been for long enough.
    """
    with writing() as session:
        # A member who chooses one of them now waits, and is told when it is gone.
        images = session.scalars(select(Image).with_for_update()).all()
        named = set(_digests_named())
        for image in images:
            if image.digest in named:
                image.created_at = now
            elif image.created_at <= now - KEPT - DELETE_EVERY:
                session.delete(image)


def _digests_named() -> Iterator[str]:
    """The digests of the pictures that a look, a variant or a sealed text names."""
    texts = db.session.scalars(
        union_all(
            select(cast(Experiment.look, Text)),
            select(cast(Variant.overrides, Text)),
            select(Experiment.sealed),
        )
    )
    for text in texts:
        yield from _NAMED.findall(text)
