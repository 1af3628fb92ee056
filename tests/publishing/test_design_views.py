"""The team's pages about a draft's look and words: what they take, and what they answer."""

import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import (
    Team,
    log_in,
    make_experiment,
    make_old_approval,
    make_revision,
    make_running,
)
from tests.publishing.filling import errors_of, field_of
from tests.publishing.test_images import SVG, picture
from wbtest.extensions import db
from wbtest.publishing.corrections import page_of
from wbtest.publishing.display import preview_url
from wbtest.publishing.experiments import change_variant
from wbtest.publishing.images import add_image, picture_of
from wbtest.publishing.models import Experiment, Image
from wbtest.publishing.page_design import LARGEST, PALETTES, Look
from wbtest.publishing.page_settings import change_look, change_wording
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")


@pytest.fixture
def draft(revision: Revision, team: Team) -> Experiment:
    return make_experiment(revision, team.editor, variants=("Photo",))


def send(client: FlaskClient, path: str, fields: str, file: bytes, **values: str) -> TestResponse:
    """Send a form with a file in each of the fields.

    Written out, so that a large one lies in no file of the test's.
    """
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, value in values.items()
    ]
    for field in fields.split():
        head = f'Content-Disposition: form-data; name="{field}"; filename="../../app.py"'
        parts.append(head.encode() + b"\r\nContent-Type: text/html\r\n\r\n" + file)
    body = b"".join(b"--cut\r\n" + part + b"\r\n" for part in parts) + b"--cut--\r\n"
    return client.post(path, data=body, content_type="multipart/form-data; boundary=cut")


def path_of(experiment: Experiment, name: str = "design") -> str:
    return f"/experiments/{experiment.id}/{name}"


def previewed(page: str) -> str:
    """The address that the page shows its preview at."""
    return html.unescape(re.search(r'href="([^"]+)" data-preview', page)[1])


def mosaic_of(page: str) -> list[str]:
    """The paths of the pictures on a public page."""
    return re.findall(r'<path class="c\d"[^>]*>', page)


@pytest.mark.parametrize("name", ["design", "variants/photo/preview"])
def test_each_role_gets_the_page_that_is_its_own(
    name: str, draft: Experiment, team: Team, stranger: Person, client: FlaskClient
):
    path = path_of(draft, name)
    viewers = 200 if name.endswith("preview") else 403
    assert client.get(path).status_code == 303

    for person, status in (
        (team.viewer, viewers),
        (team.editor, 200),
        (stranger, 404),
    ):
        log_in(client, person)
        assert client.get(path).status_code == status


def test_once_it_was_started_nothing_can_be_changed(
    revision: Revision, team: Team, owner: FlaskClient
):
    running = make_running(revision, team.editor, team.approver)
    data = {"palette": "dawn", "again": "Come in"}

    assert owner.get(path_of(running)).status_code == 409
    assert owner.post(path_of(running), data=data).status_code == 409
    db.session.refresh(running)
    assert (running.look, running.wording) == ({}, {})


def test_what_was_chosen_is_kept(owner: FlaskClient, draft: Experiment):
    look = {
        "layout": "post",
        "palette": "dawn",
        "accent": "#0B5C8A",
        "family": "device",
        "corner": "sharp",
        "salt": "77",
    }

    answer = owner.post(path_of(draft), data=look)

    assert answer.status_code == 303
    assert draft.look == look | {"accent": "#0b5c8a"}
    page = owner.get(path_of(draft)).text
    for name, value in (("layout", "post"), ("palette", "dawn"), ("corner", "sharp")):
        tag = re.search(rf'<input[^>]*name="{name}"[^>]*value="{value}"[^>]*>', page)
        assert "checked" in tag[0]
    assert '<option selected value="device">' in page
    assert field_of(page, "salt") == "77"


@pytest.mark.parametrize("field", ["layout", "palette", "family", "corner"])
def test_what_is_on_no_list_is_not_kept(field: str, owner: FlaskClient, draft: Experiment):
    answer = owner.post(path_of(draft), data={field: "red;}</style>"})

    assert answer.status_code == 422
    assert f"Choose a {field} from the list." in answer.text
    assert draft.look == {}


def test_shuffle_changes_the_mosaic_and_saves_nothing(owner: FlaskClient, draft: Experiment):
    offered = re.search(r'name="shuffle"\s+value="(\d+)"', owner.get(path_of(draft)).text)[1]

    answer = owner.post(path_of(draft), data={"palette": "dawn", "salt": "7", "shuffle": offered})

    assert answer.status_code == 200
    assert field_of(answer.text, "salt") == offered
    assert draft.look == {}
    first, shuffled = (
        mosaic_of(owner.get(url).text)
        for url in (preview_url(draft, "control"), previewed(answer.text))
    )
    assert first != shuffled


def test_the_preview_carries_the_look_of_the_form(owner: FlaskClient, draft: Experiment):
    data = {"palette": "dawn", "accent": "#ffd400", "corner": "round"}

    answer = owner.post(path_of(draft), data=data)

    assert answer.status_code == 422
    asked = dict(parse_qsl(urlsplit(previewed(answer.text)).query, keep_blank_values=True))
    assert {name: asked[name] for name in data} == data
    assert [*asked] == ["preview", *Look.__dataclass_fields__]


def test_a_look_in_the_query_of_a_preview_is_shown_and_not_stored(
    owner: FlaskClient, draft: Experiment
):
    url = preview_url(draft, "control")
    usual = owner.get(url).text

    shown = owner.get(f"{url}&layout=post&palette=dawn&corner=sharp").text

    assert PALETTES["dawn"].light["paper"] in shown
    assert '<body class="post"' in shown
    assert draft.look == {}
    assert owner.get(url).text == usual


@pytest.mark.parametrize(
    "query", ["palette=neon", "accent=%23ffd400", "accent=red%3B%7D", "layout=%3Cscript%3E"]
)
def test_a_look_that_cannot_be_is_not_previewed(query: str, owner: FlaskClient, draft: Experiment):
    url = preview_url(draft, "control")

    assert owner.get(f"{url}&{query}").text == owner.get(url).text


def test_all_mistakes_are_said_at_once(owner: FlaskClient, draft: Experiment):
    data = {
        "accent": "#ffd400",
        "again": "x" * 301,
        "with_product": "With us",
        "why_now": "Why {now}",
    }

    answer = send(owner, path_of(draft), "logo_file", SVG, **data)

    assert answer.status_code == 422
    assert {*errors_of(answer.text)} == {*data, "logo_file"}
    assert (draft.look, draft.wording) == ({}, {})


def test_a_colour_that_cannot_be_read_is_answered_with_one_that_can(
    owner: FlaskClient, draft: Experiment
):
    answer = owner.post(path_of(draft), data={"palette": "paper", "accent": "#ffd400"})

    assert answer.status_code == 422
    assert "1.2 to 1" in errors_of(answer.text)["accent"]
    assert field_of(answer.text, "accent") == "#ffd400"
    shade = re.search(r'name="use"\s+value="(#\w+)"', answer.text)[1]
    owner.post(path_of(draft), data={"palette": "paper", "accent": "#ffd400", "use": shade})
    assert draft.look == {"palette": "paper", "accent": shade}


def test_a_picture_is_sent_and_shown_with_its_words(owner: FlaskClient, draft: Experiment):
    # Larger than any other form may be.
    sent = picture("JPEG") + b"\0" * 3_000_000
    answer = send(owner, path_of(draft), "hero_file", sent, hero_alt="A full fridge")

    assert answer.status_code == 303

    [image] = db.session.scalars(db.select(Image))
    assert draft.look == {"hero": picture_of(image).name, "hero_alt": "A full fridge"}
    assert page_of(draft).look.hero == picture_of(image).name


def test_a_photo_is_sent_and_cut_to_a_square(owner: FlaskClient, draft: Experiment):
    answer = send(owner, path_of(draft), "photo_file", picture("JPEG", (900, 1200)))

    assert answer.status_code == 303
    image = db.session.scalars(db.select(Image)).one()
    assert (image.width, image.height) == (192, 192)
    assert draft.look == {"photo": picture_of(image).name}


def test_a_picture_without_words_waits_for_them(owner: FlaskClient, draft: Experiment):
    answer = send(owner, path_of(draft), "hero_file", picture())

    assert answer.status_code == 422
    assert errors_of(answer.text) == {
        "hero_alt": "Say what the picture shows, for people who can’t see it."
    }
    # It is there and chosen, so that nobody sends it again.
    name = picture_of(db.session.scalars(db.select(Image)).one()).name
    chosen = re.search(rf'<input checked[^>]*name="hero"[^>]*value="{name}"', answer.text)
    assert chosen is not None


@pytest.mark.parametrize(
    ("sent", "answer"), [(SVG, "a PNG"), (b"", "empty"), (b"\0" * (LARGEST + 1), "10 MB")]
)
def test_a_file_that_is_no_picture_is_answered_at_its_field(
    sent: bytes, answer: str, owner: FlaskClient, draft: Experiment
):
    page = send(owner, path_of(draft), "logo_file", sent, accent="#0b5c8a")

    assert page.status_code == 422
    assert answer in errors_of(page.text)["logo_file"]
    assert field_of(page.text, "accent") == "#0b5c8a"
    assert draft.look == {}


def test_three_files_of_the_largest_size_are_each_answered_and_nothing_typed_is_lost(
    owner: FlaskClient, draft: Experiment
):
    names = "logo_file hero_file photo_file"

    page = send(owner, path_of(draft), names, b"\0" * LARGEST, accent="#0b5c8a")

    assert page.status_code == 422
    assert {*names.split()} <= errors_of(page.text).keys()
    assert field_of(page.text, "accent") == "#0b5c8a"


def test_a_test_that_runs_says_what_can_be_done_about_its_design(
    owner: FlaskClient, draft: Experiment
):
    draft.state = "running"
    db.session.commit()

    page = owner.get(path_of(draft))

    assert page.status_code == 409
    assert "duplicate it and design the copy" in page.text


def test_a_file_far_too_large_is_not_read(owner: FlaskClient, draft: Experiment):
    sent = b"\0" * (3 * LARGEST + 2 * 1024 * 1024)

    assert send(owner, path_of(draft), "hero_file", sent).status_code == 413


def test_the_words_of_the_page_are_changed_and_taken_back(owner: FlaskClient, draft: Experiment):
    path = path_of(draft)
    assert 'placeholder="Why now"' in owner.get(path).text

    assert owner.post(path, data={"again": "Come in <b>"}).status_code == 303
    assert draft.wording == {"again": "Come in <b>"}
    owner.post(path, data={"again": ""})
    assert draft.wording == {}


@pytest.mark.parametrize(
    ("wording", "title"),
    [
        ({}, "Take one photo of your fridge."),
        ({"again": "Come in"}, "Come in"),
        ({"again": "Be among the first"}, "Be among the first"),
    ],
)
def test_over_the_second_form_stands_the_call_to_action_or_what_the_team_says(
    wording: dict[str, str], title: str, owner: FlaskClient, draft: Experiment, team: Team
):
    assert 'placeholder="Take one photo of your fridge."' in owner.get(path_of(draft)).text
    change_wording(draft, team.editor, wording)

    assert f"<h2>{title}</h2>" in owner.get(preview_url(draft, "control")).text


def test_the_words_on_the_button_stand_on_both_forms(
    owner: FlaskClient, draft: Experiment, team: Team
):
    words = {"cta_label": "Cook tonight"}
    change_variant(draft.variants[1], team.editor, name="Photo", weight=1, overrides=words)

    page = owner.get(preview_url(draft, "photo")).text

    assert re.findall(r'<button class="button" type="submit">(.*?)</button>', page) == (
        ["Cook tonight"] * 2
    )


def test_a_text_that_loses_its_name_is_answered_at_its_field_and_nothing_is_stored(
    owner: FlaskClient, draft: Experiment
):
    data = {"palette": "dawn", "with_product": "With us", "again": "Hi"}
    answer = owner.post(path_of(draft), data=data)

    assert answer.status_code == 422
    assert "Keep {product}" in errors_of(answer.text)["with_product"]
    assert field_of(answer.text, "again") == "Hi"
    assert (draft.look, draft.wording) == ({}, {})


def test_the_words_of_a_german_page_have_german_defaults(team: Team, owner: FlaskClient):
    revision = make_revision(team.editor, language="de")
    make_old_approval(revision, team.approver)

    page = owner.get(path_of(make_experiment(revision, team.editor))).text

    assert 'placeholder="Fragen"' in page
    assert 'lang="de"' in page


def test_a_new_experiment_looks_and_speaks_like_the_one_before(
    draft: Experiment, revision: Revision, team: Team
):
    hero = picture_of(add_image(team.owner, picture())).name
    change_look(draft, team.editor, Look(palette="field", hero=hero, hero_alt="A fridge"))
    change_wording(draft, team.editor, {"again": "Come in"})

    same = make_experiment(revision, team.editor, if_met="We build half of it.")

    assert (same.look, same.wording) == (draft.look, draft.wording)


def test_a_new_experiment_takes_no_words_and_no_pictures_of_another_idea(
    draft: Experiment, team: Team
):
    logo, hero = (
        picture_of(add_image(team.owner, picture(size=size))).name
        for size in ((300, 200), (200, 200))
    )
    look = Look(palette="field", accent="#1b46c2", logo=logo, hero=hero, hero_alt="A fridge")
    change_look(draft, team.editor, look)
    change_wording(draft, team.editor, {"again": "Come in"})

    other = make_experiment(make_revision(team.editor), team.editor, slug="other")

    assert other.look == {"palette": "field", "accent": "#1b46c2"}
    assert other.wording == {}


def test_a_new_experiment_looks_like_the_last_one_of_its_own_idea(
    draft: Experiment, revision: Revision, team: Team
):
    logo = picture_of(add_image(team.owner, picture())).name
    change_look(draft, team.editor, Look(palette="field", logo=logo))
    other = make_experiment(make_revision(team.editor), team.editor, slug="other")
    change_look(other, team.editor, Look(palette="night"))

    same = make_experiment(revision, team.editor, if_met="We build half of it.")

    assert same.look == draft.look


def test_a_variant_shows_another_picture_or_none(draft: Experiment, team: Team):
    first, second = (
        picture_of(add_image(team.owner, picture(size=size))).name
        for size in ((300, 200), (200, 200))
    )
    change_look(draft, team.editor, Look(hero=first, hero_alt="A fridge"))
    photo = draft.variants[1]

    def shown(**overrides: str) -> tuple[str, str]:
        change_variant(photo, team.editor, name="Photo", weight=1, overrides=overrides)
        look = page_of(draft, photo).look
        return look.hero, look.hero_alt

    assert shown() == (first, "A fridge")
    assert shown(hero=second, hero_alt="A table") == (second, "A table")
    assert shown(hero="none", hero_alt="A table") == ("", "")
    with pytest.raises(Invalid, match="Say what the picture shows"):
        shown(hero=second)


def test_the_form_of_a_variant_offers_the_pictures_there_are(
    owner: FlaskClient, draft: Experiment, team: Team
):
    name = picture_of(add_image(team.owner, picture())).name
    path = path_of(draft, "variants/photo")
    data = {"name": "Photo", "weight": "1", "headline": "", "hero": name, "hero_alt": "A fridge"}
    assert name in owner.get(path).text

    assert owner.post(path, data=data).status_code == 303
    assert draft.variants[1].overrides == {"hero": name, "hero_alt": "A fridge"}
    answer = owner.post(path, data=data | {"hero": name.replace("1280", "1281")})
    assert answer.status_code == 422
