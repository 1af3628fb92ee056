"""A person who wrote words of a page does not start its experiment alone."""

import html
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.conftest import program_of
from tests.conftest import HandClock
from tests.factories import (
    Team,
    log_in,
    make_approval,
    make_checked,
    make_experiment,
    make_person,
    make_revision,
)
from tests.publishing.filling import read_at_start
from tests.publishing.test_images import picture
from wbtest.publishing import experiments, lifecycle
from wbtest.publishing.images import add_image, picture_of
from wbtest.publishing.launch_readiness import find_objection
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_design import Look
from wbtest.publishing.page_options import FollowUpQuestion, Options
from wbtest.publishing.page_settings import change_look, change_options, change_wording
from wbtest.publishing.whole_drafts import clone_experiment
from wbtest.review.approvals import NotYours
from wbtest.team.models import Person
from wbtest.writing.models import Revision

OWN_WORDS = "You wrote the words of “Price”, so someone else must read them and start the test: {}."


def test_who_wrote_a_variant_does_not_start_it_and_another_does(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.approver, variants=("Price",))

    with pytest.raises(NotYours) as refused:
        lifecycle.start(experiment, team.approver)
    assert str(refused.value) == OWN_WORDS.format("Owner")
    assert experiment.state == "draft"

    assert lifecycle.start(make_checked(experiment, team.editor), team.owner).state == "running"


def test_words_on_the_control_count_too(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.approver)
    experiments.change_variant(
        experiment.variants[0],
        team.approver,
        name="Control",
        weight=1,
        overrides={"price": "Free"},
    )

    assert "“Control”" in find_objection(experiment, team.approver)


def test_who_wrote_no_words_starts_the_own_experiment(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.approver)

    assert lifecycle.start(make_checked(experiment, team.editor), team.approver).state == "running"


def test_who_is_alone_starts_their_own_words(app: object, now: HandClock):
    ada = make_person("ada@example.com", "owner")
    revision = make_revision(ada)
    make_approval(revision, ada)

    draft = make_experiment(revision, ada, variants=("Price",))
    experiment = lifecycle.start(make_checked(draft, ada), ada)

    assert experiment.state == "running"


def test_when_every_approver_wrote_words_the_way_on_is_named(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.approver, variants=("Price",))
    experiments.add_variant(
        experiment, team.owner, name="Free", weight=1, overrides={"headline": "Free"}
    )

    assert "Nobody else can yet" in find_objection(experiment, team.approver)
    assert "Nobody else can yet" in find_objection(experiment, team.owner)


def test_where_every_approver_wrote_words_one_checks_and_another_starts(
    revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.approver, variants=("Price",))
    change_wording(experiment, team.owner, {"again": "Come in"})
    make_checked(experiment, team.owner)

    with pytest.raises(NotYours, match=r"You wrote the labels, so .*: Approver"):
        lifecycle.start(experiment, team.owner)

    assert lifecycle.start(experiment, team.approver).state == "running"


def test_a_check_by_who_may_not_start_is_no_second_pair_of_eyes(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.approver, variants=("Price",))
    change_wording(experiment, team.owner, {"again": "Come in"})
    make_checked(experiment, team.editor)

    with pytest.raises(NotYours, match="let another approver pass the launch check first"):
        lifecycle.start(experiment, team.owner)


def write_small_words(experiment: Experiment, writer: Person) -> None:
    change_wording(experiment, writer, {"again": "Come in"})


def ask_a_question(experiment: Experiment, writer: Person) -> None:
    change_options(experiment, writer, Options(questions=(FollowUpQuestion("Who cooks?"),)))


def ask_for_a_call(experiment: Experiment, writer: Person) -> None:
    change_options(experiment, writer, Options(asks_for=("call",)))


def show_a_link(experiment: Experiment, writer: Person) -> None:
    link = Options(link_label="Join us", link_url="https://chat.example.com/")
    change_options(experiment, writer, link)


def choose_a_logo(experiment: Experiment, writer: Person) -> None:
    logo = picture_of(add_image(writer, picture())).name
    change_look(experiment, writer, Look(logo=logo))


def choose_a_photo(experiment: Experiment, writer: Person) -> None:
    photo = picture_of(add_image(writer, picture(), side=192)).name
    change_look(experiment, writer, Look(photo=photo))


@pytest.mark.parametrize(
    ("change", "did"),
    [
        (write_small_words, "wrote the labels"),
        (ask_a_question, "wrote the questions and links after the sign-up"),
        (ask_for_a_call, "wrote the questions and links after the sign-up"),
        (show_a_link, "wrote the questions and links after the sign-up"),
        (choose_a_logo, "chose the pictures"),
        (choose_a_photo, "chose the pictures"),
    ],
)
def test_who_changed_what_strangers_read_does_not_start_it(
    change: Callable[[Experiment, Person], None], did: str, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    change(experiment, team.approver)
    make_checked(experiment, team.editor)

    with pytest.raises(NotYours) as refused:
        lifecycle.start(experiment, team.approver)

    assert str(refused.value) == (
        f"You {did}, so someone else must read them and start the test: Owner."
    )
    assert lifecycle.start(experiment, team.owner).state == "running"


def test_what_holds_no_words_is_started_by_who_chose_it(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    change_look(experiment, team.approver, Look(palette="field"))
    change_options(experiment, team.approver, Options(counting="cookieless"))

    assert find_objection(experiment, team.approver) == ""


def test_what_was_taken_back_is_nobody_s(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    write_small_words(experiment, team.approver)
    ask_a_question(experiment, team.approver)
    choose_a_logo(experiment, team.approver)
    change_wording(experiment, team.approver, {})
    change_options(experiment, team.approver, Options())
    change_look(experiment, team.approver, Look())

    assert find_objection(experiment, team.approver) == ""


@pytest.mark.parametrize("change", [write_small_words, choose_a_logo])
def test_what_the_next_page_takes_over_keeps_its_writer(
    change: Callable[[Experiment, Person], None], revision: Revision, team: Team
):
    change(make_experiment(revision, team.editor), team.approver)

    following = make_experiment(revision, team.editor, if_met="We build half of it.")

    assert "Owner" in find_objection(following, team.approver)


@pytest.mark.parametrize("change", [write_small_words, ask_a_question, choose_a_logo])
def test_what_a_copy_takes_over_keeps_its_writer(
    change: Callable[[Experiment, Person], None], revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    change(experiment, team.approver)

    assert "Owner" in find_objection(clone_experiment(experiment, team.editor), team.approver)


def test_the_launch_check_says_who_has_to_start(
    client: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    ask_a_question(experiment, team.approver)
    make_checked(experiment, team.editor)
    log_in(client, team.approver)

    page = html.unescape(client.get(f"/experiments/{experiment.id}/launch").text)

    assert (
        "You wrote the questions and links after the sign-up, so someone else must read them "
        "and start the test: Owner."
    ) in page


def test_the_program_that_wrote_the_words_is_refused_as_its_person(
    app: Flask, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    program = program_of(app, team.approver)
    program.patch(f"/experiments/{experiment.id}/words", {"words": {"again": "Come in"}})
    make_checked(experiment, team.editor)

    answer = program.post(f"/experiments/{experiment.id}/start", {})

    assert answer.status_code == 403
    assert "You wrote the labels" in answer.json["detail"]


def test_a_role_that_does_not_reach_starts_nothing(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("Price",))

    with pytest.raises(NotYours, match=r"Starting is up to Approver or Owner\."):
        lifecycle.start(experiment, team.editor)


def test_the_page_says_who_must_start_it_and_the_click_is_refused(
    client: FlaskClient, no_token_needed: None, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.approver, variants=("Price",))
    log_in(client, team.approver)
    path = f"/experiments/{experiment.id}"

    page, answer = client.get(path).text, client.post(f"{path}/start")

    assert OWN_WORDS.format("Owner") in page
    assert "Start test" not in page
    assert answer.status_code == 403
    assert OWN_WORDS.format("Owner") in html.unescape(answer.text)


def test_words_changed_after_they_were_read_are_not_started(
    owner: FlaskClient, no_token_needed: None, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor, variants=("Price",))
    make_checked(experiment, team.editor)
    path = f"/experiments/{experiment.id}"
    read = read_at_start(owner.get(path).text)
    experiments.change_variant(
        experiment.variants[1],
        team.editor,
        name="Price",
        weight=1,
        overrides={"headline": "Unread"},
    )

    page = owner.post(f"{path}/start", data={"read": read}, follow_redirects=True).text

    assert "The draft changed after you opened this page." in page
    assert "Unread" in page
    assert experiment.state == "draft"


def test_words_that_were_read_are_started(
    owner: FlaskClient, no_token_needed: None, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor, variants=("Price",))
    make_checked(experiment, team.editor)
    path = f"/experiments/{experiment.id}"

    owner.post(f"{path}/start", data={"read": read_at_start(owner.get(path).text)})

    assert experiment.state == "running"


def test_who_starts_it_reads_every_word_that_differs(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    words = {
        "headline": "Another headline",
        "subheading": "Another subheading",
        "cta_text": "Another call",
        "cta_label": "Another button",
        "price": "Another price",
        "body": "First other paragraph.\n\nSecond other paragraph.",
        "order": ["faq", "quote", "founder", "why_now", "problem", "alternative", "solution"],
    }
    experiments.add_variant(experiment, team.editor, name="All", weight=1, overrides=words)

    page = owner.get(f"/experiments/{experiment.id}").text

    for text in (*list(words.values())[:5], "First other paragraph.", "Second other paragraph."):
        assert str(text) in page
    assert "Questions · The customer’s quote · Your quote · Why now · Problem" in page
    assert "Other changes by Editor" in page


def test_who_starts_it_reads_the_small_words_and_whose_they_are(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    path = f"/experiments/{experiment.id}"
    before = owner.get(path).text
    change_wording(experiment, team.editor, {"promise": "We write of {product} and of tea."})
    page = owner.get(path).text

    assert "Labels changed" not in before
    assert "Labels changed by Editor" in page
    assert "We write of {product} and of tea." in page
    assert [(step.what, step.person) for step in experiment.steps] == [("worded", team.editor)]


def test_a_variant_knows_who_wrote_its_words_last(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("Price",))
    variant = experiment.variants[1]

    def change(writer: Person, weight: int, **overrides: str) -> int | None:
        experiments.change_variant(
            variant, writer, name="Price", weight=weight, overrides=overrides
        )
        return variant.writer_id

    # Another weight is no other word, and without words of its own nobody wrote any.
    assert change(team.owner, 2, headline="Price") == team.editor.id
    assert change(team.owner, 2, headline="Half the price") == team.owner.id
    assert change(team.editor, 2) is None
