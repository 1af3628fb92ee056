"""How a draft's page looks, what it says for the tool, how it treats visitors; and pictures."""

import dataclasses
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from wbtest.api.experiments import digest_read, experiment_etag
from wbtest.api.serialization import Answer, RequestBody, reads_if_match
from wbtest.publishing import images, page_settings, whole_drafts
from wbtest.publishing import page_design as looks
from wbtest.publishing.models import Experiment, Image
from wbtest.publishing.page_options import FollowUpQuestion, NotAnOption, Options
from wbtest.publishing.page_options import from_json as options_from
from wbtest.publishing.page_settings import change_look as give_look
from wbtest.publishing.page_settings import change_options as choose_options
from wbtest.store import Invalid
from wbtest.team import access

KINDS = ("image/png", "image/jpeg", "image/webp")


class LookChange(RequestBody):
    """What to replace; an accent or family of '' is the usual. Pictures go by their names."""

    layout: str | UnsetType = UNSET
    palette: str | UnsetType = UNSET
    accent: str | UnsetType = UNSET
    family: str | UnsetType = UNSET
    corner: str | UnsetType = UNSET
    salt: str | UnsetType = UNSET
    logo: str | UnsetType = UNSET
    hero: str | UnsetType = UNSET
    hero_alt: str | UnsetType = UNSET
    photo: str | UnsetType = UNSET


class LookShown(msgspec.Struct):
    layout: str
    palette: str
    accent: str
    family: str
    corner: str
    salt: str
    logo: str
    hero: str
    hero_alt: str
    photo: str


class WordsChange(RequestBody, kw_only=True):
    """The tool's own words by their names; '' takes the usual ones again."""

    words: dict[str, str]


class WordsShown(msgspec.Struct):
    """Only what differs from the usual words."""

    words: dict[str, str]


class AskedAfter(RequestBody, kw_only=True):
    """A question after the sign-up; without choices it is answered in one's own words."""

    text: str
    choices: list[str] = msgspec.field(default_factory=list)


class OptionsChange(RequestBody):
    """What to replace; the rest stays. Null days are the server's own."""

    counting: Literal["cookie", "cookieless"] | UnsetType = UNSET
    visitors_live: Literal["", "eu", "elsewhere", "both"] | UnsetType = UNSET
    respects_signals: bool | UnsetType = UNSET
    confirms: bool | UnsetType = UNSET
    questions: list[AskedAfter] | UnsetType = UNSET
    asks_for: list[Literal["price", "call", "preorder"]] | UnsetType = UNSET
    preorder_url: str | UnsetType = UNSET
    takes_questions: bool | UnsetType = UNSET
    is_indexed: bool | UnsetType = UNSET
    retention_days: int | UnsetType | None = UNSET
    link_label: str | UnsetType = UNSET
    link_url: str | UnsetType = UNSET
    link_redirects: bool | UnsetType = UNSET


class OptionsShown(msgspec.Struct, kw_only=True):
    counting: str
    visitors_live: str
    respects_signals: bool
    confirms: bool
    questions: list[AskedAfter]
    asks_for: list[str]
    preorder_url: str
    takes_questions: bool
    is_indexed: bool
    retention_days: int | None
    link_label: str
    link_url: str
    link_redirects: bool


class PictureShown(msgspec.Struct):
    """`name` is how looks and variants name it."""

    name: str
    width: int
    height: int


class Pictures(msgspec.Struct):
    pictures: list[PictureShown]


def get_look(experiment_id: int) -> Answer[LookShown]:
    """How the page looks."""
    return _look(access.get(Experiment, experiment_id, "read"))


@reads_if_match
def change_look(experiment_id: int, body: LookChange) -> Answer[LookShown]:
    """Change how a draft's page looks."""
    experiment = access.get(Experiment, experiment_id, "edit")
    with whole_drafts.unchanged_draft(experiment, digest_read()):
        present = looks.from_json(experiment.look)
        wanted = dataclasses.replace(present, **msgspec.to_builtins(body))
        give_look(experiment, access.person(), wanted)
    return _look(experiment)


def get_words(experiment_id: int) -> Answer[WordsShown]:
    """Which standard words the page replaces."""
    return _words(access.get(Experiment, experiment_id, "read"))


@reads_if_match
def change_words(experiment_id: int, body: WordsChange) -> Answer[WordsShown]:
    """Replace these standard words on a draft's page; the others stay."""
    experiment = access.get(Experiment, experiment_id, "edit")
    with whole_drafts.unchanged_draft(experiment, digest_read()):
        page_settings.change_wording(experiment, access.person(), experiment.wording | body.words)
    return _words(experiment)


def get_options(experiment_id: int) -> Answer[OptionsShown]:
    """How the page counts, what it asks, and how long it keeps data."""
    return _options(access.get(Experiment, experiment_id, "read"))


@reads_if_match
def change_options(experiment_id: int, body: OptionsChange) -> Answer[OptionsShown]:
    """Change how a draft's page counts, what it asks, and how long it keeps data."""
    experiment = access.get(Experiment, experiment_id, "edit")
    given = msgspec.to_builtins(body)
    if "questions" in given:
        asked = [
            FollowUpQuestion(each["text"], tuple(each["choices"])) for each in given["questions"]
        ]
        given["questions"] = tuple(asked)
    if "asks_for" in given:
        given["asks_for"] = tuple(given["asks_for"])
    with whole_drafts.unchanged_draft(experiment, digest_read()):
        try:
            chosen: Options = dataclasses.replace(options_from(experiment.options), **given)
        except NotAnOption as fault:
            raise Invalid(fault.field, str(fault)) from fault
        choose_options(experiment, access.person(), chosen)
    return _options(experiment)


def list_pictures() -> Pictures:
    """The pictures that were sent or shown last; 12 at most."""
    found = images.images_of()
    return Pictures([_picture(each) for each in found])


def add_picture(sent: bytes) -> PictureShown:
    """Upload a picture as a file; uploading it again returns the existing one."""
    return _picture(images.add_image(access.person(), sent, "body"))


add_picture.takes = KINDS  # type: ignore[attr-defined]


def _look(experiment: Experiment) -> Answer[LookShown]:
    present = looks.from_json(experiment.look)
    return Answer(LookShown(**dataclasses.asdict(present)), experiment_etag(experiment))


def _words(experiment: Experiment) -> Answer[WordsShown]:
    return Answer(WordsShown(experiment.wording), experiment_etag(experiment))


def _options(experiment: Experiment) -> Answer[OptionsShown]:
    present = dataclasses.asdict(options_from(experiment.options))
    return Answer(msgspec.convert(present, OptionsShown), experiment_etag(experiment))


def _picture(image: Image) -> PictureShown:
    return PictureShown(images.picture_of(image).name, image.width, image.height)
