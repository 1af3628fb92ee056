"""A mistake in the words of a running page is corrected, and nothing that was sealed changes."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.conftest import Browser, HandClock
from tests.factories import (
    Team,
    audit_lines,
    log_in,
    make_approval,
    make_experiment,
    make_revision,
    make_running,
)
from wbtest.extensions import db
from wbtest.ideas.todo_list import waits_for_corrections
from wbtest.publishing import lifecycle
from wbtest.publishing.correction_requests import (
    NotCorrections,
    approve_corrections,
    digest_of,
    digest_of_waiting,
    present_texts,
    submit_corrections,
    waiting,
    withdraw_corrections,
)
from wbtest.publishing.corrections import Place, cut_for, excerpts, find_correction_fault
from wbtest.publishing.lifecycle import AlreadyDone, ChangedMeanwhile
from wbtest.publishing.live_snapshot import load_live, pages_version
from wbtest.publishing.models import Correction, Experiment
from wbtest.publishing.sealing import faults_of
from wbtest.review.approvals import NotYours
from wbtest.store import Invalid, Refused, writing
from wbtest.writing.models import Revision

RIGHT = "Five weeknight dinners from what is already in your kitchen"
WRONG = "Five weeknigth dinners from what is already in your kitchen"
OWN = "Halve what you throw a way"


@pytest.fixture
def revision(team: Team) -> Revision:
    """An approved text with a typo in its headline."""
    revision = make_revision(team.editor, headline=WRONG)
    make_approval(revision, team.approver)
    return revision


@pytest.fixture
def running(revision: Revision, team: Team) -> Experiment:
    return make_running(revision, team.editor, team.approver, variants=(OWN,))


def asked(running: Experiment, team: Team, why: str = "", **texts: str) -> bool:
    typed = {name.replace("__", "."): text for name, text in texts.items()}
    return submit_corrections(
        running, team.editor, typed, why=why, read=digest_of(present_texts(running))
    )


def approved(running: Experiment, team: Team) -> None:
    approve_corrections(running, team.approver, digest_of_waiting(running))


def headlines(running: Experiment) -> list[str]:
    live = next(iter(load_live(db.session)), None)
    assert live is not None
    return [variant.page.headline for variant in live.variants]


def own(running: Experiment) -> str:
    """The name of the second variant's headline."""
    return f"{running.variants[1].key}.headline"


class TestOnThePage:
    def test_a_correction_of_the_approved_text_is_shown_by_all_that_show_it(self, running, team):
        asked(running, team, headline=RIGHT)
        version = pages_version(db.session)
        approved(running, team)

        assert headlines(running) == [RIGHT, OWN]
        assert pages_version(db.session) == version + 1

    def test_a_variant_s_own_words_are_corrected_for_it_alone(self, running, team):
        submit_corrections(
            running,
            team.editor,
            {own(running): "Halve what you throw away"},
            read=digest_of(present_texts(running)),
        )
        approved(running, team)

        assert headlines(running) == [WRONG, "Halve what you throw away"]

    def test_a_question_of_the_page_is_corrected(self, running, team):
        asked(running, team, question_2="Who is it fort?")
        approved(running, team)
        live = next(iter(load_live(db.session)), None)

        assert live is not None
        questions = live.control.page.sections[-1].questions
        assert [entry.question for entry in questions][1] == "Who is it fort?"

    def test_the_founder_s_words_are_corrected(self, running, team):
        asked(running, team, founder="We counted what we throw away.")
        approved(running, team)
        live = next(iter(load_live(db.session)), None)

        assert live is not None
        [said] = [each for each in live.control.page.sections if each.kind == "founder"]
        assert said.paragraphs == ("We counted what we throw away.",)

    def test_a_headline_stays_on_one_line_and_the_founder_s_words_keep_theirs(self, running, team):
        founder = present_texts(running)[Place("", "founder")]
        broken = founder.replace(" ", "\n", 1)
        asked(running, team, headline=RIGHT.replace(" ", "\n"), founder=broken)
        approved(running, team)

        assert headlines(running)[0] == RIGHT
        assert present_texts(running)[Place("", "founder")] == broken

    def test_a_letter_that_a_correction_brings_is_in_the_typeface(self, running, team):
        before = running.typeface
        asked(running, team, headline=f"{WRONG[:-1]}ñ")
        assert running.typeface == before
        approved(running, team)

        assert running.typeface == cut_for(running) != before

    def test_a_paused_page_is_corrected_before_it_opens_again(self, running, team):
        lifecycle.pause(running, team.approver, "A typo.")
        asked(running, team, headline=RIGHT)
        approved(running, team)

        assert headlines(running)[0] == RIGHT

    def test_what_was_approved_and_sealed_stays(self, running, team):
        before = running.sealed, running.seal, running.revision.digest
        asked(running, team, headline=RIGHT)
        approved(running, team)

        assert (running.sealed, running.seal, running.revision.digest) == before
        assert running.revision.document["headline"] == WRONG
        assert faults_of([running]) == {running.id: ()}

    def test_the_button_says_that_a_duplicate_has_the_release_as_it_was_approved(
        self, running, team
    ):
        from wbtest.publishing.views import cost_of_next

        before = cost_of_next(running)
        asked(running, team, headline=RIGHT)
        approved(running, team)

        assert "the release’s text aren’t copied" not in before
        assert "the release’s text aren’t copied" in cost_of_next(running)

    def test_a_duplicate_has_the_corrected_words_of_its_variants(self, running, team):
        from wbtest.publishing.whole_drafts import clone_experiment

        submit_corrections(
            running,
            team.editor,
            {own(running): "Halve what you throw away"},
            read=digest_of(present_texts(running)),
        )
        approved(running, team)

        first = clone_experiment(running, team.editor)
        assert first.variants[1].overrides == {"headline": "Halve what you throw away"}
        assert clone_experiment(running, team.editor) is first


class TestWhatIsACorrection:
    @pytest.mark.parametrize(
        ("field", "before", "after", "fault"),
        [
            ("headline", WRONG, RIGHT, ""),
            ("headline", WRONG, "", "can’t leave this empty"),
            ("headline", WRONG, "Five other words entirely, about as long", "can change 5"),
            ("headline", "Tihs", "This", "can change 1 character of this text’s 4"),
            ("headline", "Some dinnes", "Some dinners", ""),
            ("cta_text", "Try it for £4 today", "Try it for £5 today", "numbers or prices"),
            ("cta_text", "Try it for £4 today", "Try it for $4 today", "numbers or prices"),
            (
                "cta_text",
                "Ready in 1.5 hours or so",
                "Ready in 15 hours or so",
                "numbers or prices",
            ),
            ("cta_text", "Plans five dinners in a row", "Plans nine dinners in a row", "numbers"),
            ("cta_text", "Half of 10 families told us", "Half of 10% families told us", "numbers"),
        ],
    )
    def test_it_changes_a_tenth_at_most_and_no_number(self, field, before, after, fault):
        said = find_correction_fault(field, before, after, "en")

        assert fault in said
        assert bool(said) is bool(fault)

    @pytest.mark.parametrize(
        ("before", "after", "excerpt"),
        [
            (
                "One photo fridge",
                "One photo of the fridge",
                ("photo fridge", "photo of the fridge"),
            ),
            ("All of of it", "All of it", ("of of it", "of it")),
            ("Fvie dinners", "Five dinners", ("Fvie", "Five")),
        ],
    )
    def test_what_only_came_or_went_is_shown_with_the_words_beside_it(self, before, after, excerpt):
        assert excerpts(before, after) == excerpt

    @pytest.mark.parametrize(
        ("language", "before", "after"),
        [
            ("en", "½ the price", "¼ the price"),
            ("en", "²/₃ of it", "¹/₃ of it"),
            ("en", "Save half of it", "Save all of it"),
            ("en-GB", "twice as fast", "thrice as fast"),
            ("en", "Double your savings", "Triple your savings"),
            ("en", "a dozen dinners", "a hundred dinners"),
            ("en", "It is free", "It is paid"),
            ("en", "costs £4 a month", "costs £4 a year"),
            ("en", "costs USD twenty", "costs EUR twenty"),
            ("en", "costs 5 ₩ more", "costs 5 ₽ more"),
            ("de-AT", "in zwei Wochen", "in drei Wochen"),
            ("de", "doppelt so schnell", "dreifach so schnell"),
            ("fr", "la moitié du prix", "un tiers du prix"),
            ("es", "4 € al mes", "4 € al año"),
            ("ar", "في ثلاثة أيام", "في خمسة أيام"),
            ("ar", "٣ أيام", "٥ أيام"),
            ("ar", "مجانًا لك", "مدفوع لك"),
            ("ja", "三日で届く", "五日で届く"),
            ("ja", "百円", "千円"),
            ("ja", "月額です", "年額です"),
            ("ja", "無料です", "有料です"),
            ("", "Save half of it", "Save all of it"),
        ],
    )
    def test_no_number_price_or_span_changes_in_words_either(self, language, before, after):
        rest = " and then a sentence so long that a tenth of it is more than all that differs here."
        said = find_correction_fault("body", before + rest, after + rest, language)

        assert "numbers or prices" in said

    @pytest.mark.parametrize(
        ("language", "before", "after"),
        [
            ("en", "Ready in two week, promised", "Ready in two weeks, promised"),
            ("en", "It is realy free", "It is really free"),
            ("de", "In ein Woche fertig", "In einer Woche fertig"),
            ("fr", "Une moi par an, au choix", "Une moi par ans, au choix"),
            ("ja", "三日で届くく", "三日で届く"),
        ],
    )
    def test_a_typo_beside_a_number_may_be_corrected(self, language, before, after):
        rest = " and a sentence so long that a tenth of it is more than that."

        assert find_correction_fault("body", before + rest, after + rest, language) == ""

    def test_small_corrections_together_can_do_no_more_than_one(self, running, team):
        for text in (f"{WRONG}!", f"{WRONG}!!", f"{WRONG}!!!", f"{WRONG}!!!!", f"{WRONG}!!!!!"):
            asked(running, team, headline=text)
            approved(running, team)

        with pytest.raises(NotCorrections) as refused:
            asked(running, team, headline=f"{WRONG}!!!!!!")
        assert "can change 5 characters of this text’s 59" in refused.value.faults["headline"]
        # Back to what was sealed is always near it.
        asked(running, team, headline=WRONG)

    def test_the_price_is_none_of_the_texts(self, running):
        assert not {place.field for place in present_texts(running)} & {"price", "name", "order"}

    def test_nothing_different_is_no_correction(self, running, team):
        with pytest.raises(Invalid, match="Nothing differs"):
            asked(running, team, headline=f" {WRONG}\r\n")

    def test_nothing_is_corrected_before_the_start_or_after_the_end(self, revision, running, team):
        draft = make_experiment(revision, team.editor, slug="draft")
        lifecycle.end(running, team.approver)

        for experiment in (draft, running):
            with pytest.raises(Refused, match="open or paused"):
                asked(experiment, team, headline=RIGHT)


class TestSecondPerson:
    def test_what_waits_at_the_end_of_the_test_is_dropped(self, running, team):
        asked(running, team, headline=RIGHT)

        lifecycle.end(running, team.approver)

        assert running.corrections == []
        assert waits_for_corrections() == []

    def test_until_somebody_else_approves_the_page_says_what_it_said(self, running, team):
        assert asked(running, team, headline=RIGHT) is False

        assert headlines(running)[0] == WRONG
        with pytest.raises(NotYours, match="up to Approver or Owner"):
            approve_corrections(running, team.editor, digest_of_waiting(running))

    def test_an_approver_s_own_correction_is_for_another_one(self, running, team):
        submit_corrections(
            running, team.approver, {"headline": RIGHT}, read=digest_of(present_texts(running))
        )

        with pytest.raises(NotYours, match="somebody else approves it: Owner"):
            approved(running, team)
        approve_corrections(running, team.owner, digest_of_waiting(running))
        assert headlines(running)[0] == RIGHT

    def test_it_waits_for_those_who_may_approve(self, running, team):
        asked(running, team, headline=RIGHT)

        assert [wait.who.name for wait in waits_for_corrections()] == [
            "Approver",
            "Owner",
        ]
        approved(running, team)
        assert waits_for_corrections() == []

    def test_one_that_is_withdrawn_was_never_on_the_page(self, running, team):
        asked(running, team, headline=RIGHT)
        withdraw_corrections(running, team.editor, digest_of_waiting(running))

        assert running.corrections == []
        assert headlines(running)[0] == WRONG
        with pytest.raises(AlreadyDone):
            approve_corrections(running, team.approver, "")

    def test_nobody_approves_what_they_have_not_read(self, running, team):
        asked(running, team, headline=RIGHT)
        read = digest_of_waiting(running)
        withdraw_corrections(running, team.editor, read)
        asked(running, team, headline=f"{RIGHT}.")

        with pytest.raises(ChangedMeanwhile):
            approve_corrections(running, team.approver, read)

    def test_a_second_one_waits_until_the_first_is_settled(self, running, team):
        asked(running, team, headline=RIGHT)

        with pytest.raises(AlreadyDone, match="already waiting"):
            asked(running, team, subheading="x")

    def test_somebody_alone_in_the_team_corrects_at_once(self, running, team):
        from wbtest.team.models import Membership

        with writing() as session:
            others = [team.viewer.id, team.editor.id, team.approver.id]
            session.query(Membership).filter(Membership.person_id.in_(others)).delete()
        read = digest_of(present_texts(running))

        assert submit_corrections(running, team.owner, {"headline": RIGHT}, read=read) is True
        assert headlines(running)[0] == RIGHT

    def test_what_waits_when_the_test_ends_waits_for_nobody(self, running, team):
        asked(running, team, headline=RIGHT)
        lifecycle.end(running, team.approver)

        assert waiting(running) == []
        assert waits_for_corrections() == []


class TestOnRecord:
    def test_each_seal_covers_the_seal_before_it(self, running, team, now: HandClock):
        asked(running, team, headline=RIGHT)
        approved(running, team)
        first = running.corrected_seal
        now.turn(hours=1)
        asked(running, team, headline=f"{RIGHT}.")
        approved(running, team)

        seals = [each.seal for each in running.corrections]
        assert seals[0] == first != seals[1] == running.corrected_seal
        assert len({running.seal, *seals}) == 3

    def test_the_history_and_the_audit_log_say_what_became_what(self, running, team):
        asked(running, team, "Seen by a reader.", headline=RIGHT)
        approved(running, team)
        step = running.steps[-1]

        assert (step.what, step.person) == ("corrected", team.approver)
        assert step.why == (
            "Headline: “weeknigth” became “weeknight”.\nAsked for by Editor.\nSeen by a reader."
        )
        assert [line.action for line in audit_lines(2)] == [
            "experiment.corrected",
            "experiment.correction_asked",
        ]


def correction_of(running: Experiment) -> Correction:
    return running.corrections[0]


def words_forged(running: Experiment) -> None:
    correction_of(running).after = "Five weeknight dinners from what is already in your kitchen?"


def words_before_forged(running: Experiment) -> None:
    correction_of(running).before = RIGHT


def moved_elsewhere(running: Experiment) -> None:
    correction_of(running).field = "subheading"


def moved_nowhere(running: Experiment) -> None:
    correction_of(running).field = "bogus"


def reason_forged(running: Experiment) -> None:
    correction_of(running).why = "Nobody noticed."


def approved_by_nobody(running: Experiment) -> None:
    correction_of(running).approver_id = None


def put_off(running: Experiment) -> None:
    correction_of(running).approved_at = None


def deleted(running: Experiment) -> None:
    running.corrections.clear()


def forgotten(running: Experiment) -> None:
    running.corrected_seal = ""


def added(running: Experiment) -> None:
    first = correction_of(running)
    running.corrections.append(
        Correction(
            number=2, field="headline", before=RIGHT, after=f"{RIGHT}.", author_id=first.author_id,
            asked_at=first.asked_at, approver_id=first.approver_id, approved_at=first.approved_at,
            seal="0" * 64,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    "tamper",
    [
        words_forged,
        words_before_forged,
        moved_elsewhere,
        moved_nowhere,
        reason_forged,
        approved_by_nobody,
        put_off,
        deleted,
        forgotten,
        added,
    ],
)
def test_a_correction_changed_by_hand_is_found_and_takes_the_page_down(
    tamper: Callable[[Experiment], None], running: Experiment, team: Team
):
    asked(running, team, headline=RIGHT)
    approved(running, team)
    with writing():
        tamper(running)

    (faults,) = faults_of([running]).values()

    assert any("correction" in fault for fault in faults)
    assert [live.is_shown for live in load_live(db.session)] == [False]


class TestForm:
    @pytest.fixture
    def editing(self, client: Browser, team: Team) -> Browser:
        log_in(client, team.editor)
        return client

    def send(self, client: Browser, running: Experiment, **texts: Any) -> TestResponse:
        return client.send(f"/experiments/{running.id}/variants/control", texts)

    def test_what_was_typed_is_shown_before_it_is_done(self, editing, running):
        answer = self.send(editing, running, headline=RIGHT)

        assert answer.status_code == 200
        assert "<del" in answer.text
        assert "Send for approval" in answer.text
        assert running.corrections == []

    def test_each_error_stands_at_its_field_with_what_was_typed(self, editing, running):
        answer = self.send(editing, running, headline="", cta_label="Start it at once, all of you")

        assert answer.status_code == 422
        assert 'id="headline-error"' in answer.text
        assert 'id="cta_label-error"' in answer.text
        assert "Start it at once, all of you" in answer.text

    def test_it_is_asked_for_read_approved_and_shown(self, editing, running, team, app):
        read = digest_of(present_texts(running))
        self.send(editing, running, headline=RIGHT, read=read, confirm="y", why="A reader saw it.")
        approver = app.test_client()
        log_in(approver, team.approver)
        page = approver.get(f"/experiments/{running.id}/variants/control").text
        waits = digest_of_waiting(running)

        assert "A reader saw it." in page
        assert "correct/approve" in page
        assert (
            "correct/approve" not in editing.get(f"/experiments/{running.id}/variants/control").text
        )
        approver.send(f"/experiments/{running.id}/correct/approve", {"read": waits})
        assert headlines(running)[0] == RIGHT
        assert "weeknigth" in approver.get(f"/experiments/{running.id}").text

    def test_typed_words_survive_a_correction_by_somebody_else(self, editing, running, team):
        read = digest_of(present_texts(running))
        asked(running, team, headline=RIGHT)
        approved(running, team)

        answer = self.send(editing, running, headline=f"{RIGHT}!", read=read, confirm="y")

        assert answer.status_code == 422
        assert f"{RIGHT}!" in answer.text
        assert "corrected in the meantime" in answer.text
