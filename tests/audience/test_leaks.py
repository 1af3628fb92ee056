"""No word that the team keeps to itself reaches a stranger, in whatever state the page is."""

from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from tests.audience.larder import INTERNAL, RULE, Larder, Visitor, draft_page, mails
from tests.factories import make_checked
from wbtest.publishing import lifecycle
from wbtest.publishing.display import preview_token
from wbtest.review.comments import write_comment
from wbtest.review.reviewers import seat_of
from wbtest.writing.coach_report import finding_key, findings_of, update_coach, waive

QUOTE = {"text": "zqcompany", "speaker": "zqboss", "role": "zqchief"}
DATELINE = {"city": "zqcity", "date": "2031-11-23"}
LEDGER = {"words": "£4 a month", "kind": "sourced", "source": "zqsource"}
WAIVER, JARGON = "zqwaiver", "zqjargon"
COMMENT = {"text": "zqcomment", "suggestion": "zqinstead"}
BELONGING = {"vision": "zqvision", "roadmap": "zqroadmap"}
KEPT_INSIDE = [WAIVER, JARGON, *COMMENT.values(), "zqsource", *BELONGING.values()]
HIDDEN = [*INTERNAL.values(), *DATELINE.values(), *KEPT_INSIDE]


def answer_the_coach(larder: Larder) -> None:
    """Let a finding stay for a reason that is nobody's business, and name what we do not like."""
    revision, approver = larder.experiment.revision, larder.approver
    finding = next(found for found in findings_of(revision) if found.severity == "warn")
    waive(revision, finding_key(finding), WAIVER, approver, is_approver=True)
    update_coach(jargon=JARGON, allowed=JARGON, muted=())


def comment(larder: Larder) -> None:
    """Say something of the headline, and write another one."""
    revision = larder.experiment.revision
    write_comment(seat_of(revision, revision.author), "headline", "", **COMMENT)


def pages_of(larder: Larder, mia: Visitor) -> list[TestResponse]:
    """Every page of a running experiment, also those that something is wrong with."""
    page = mia.get()
    token = preview_token(larder.experiment, "photo")
    return [
        page,
        mia.get(f"/p/larder?preview={token}"),
        mia.see(page),
        mia.sign_up(page, "mia@x.io"),
        mia.sign_up(page, "mia"),
        *(mia.get(f"/p/larder/{path}") for path in ("thanks", "privacy", "object")),
        *(mia.get(path) for path in ("/robots.txt", "/sitemap.xml", "/p/nobody")),
        mia.get(**{"Sec-GPC": "1"}),
    ]


def pages_of_mail(token: str, mia: Visitor) -> list[TestResponse]:
    """Every page behind the links of our mail."""
    return [
        mia.get(f"/confirm/{token}"),
        mia.post(f"/confirm/{token}", {}),
        mia.get(f"/confirm/{token}"),
        mia.get(f"/leave/{token}"),
        mia.post(f"/leave/{token}", {}),
        mia.get(f"/leave/{token}"),
    ]


@pytest.mark.parametrize("disclosure", ["before", "after"])
def test_no_internal_word_reaches_a_stranger(app, disclosure):
    rule = replace(RULE, disclosure=disclosure)
    variants = {"photo": {"headline": "Dinner from a photo"}}
    parts = {"company_quote": QUOTE, "dateline": DATELINE, "evidence": [LEDGER]} | BELONGING
    larder = draft_page(rule=rule, variants=variants, **parts)
    answer_the_coach(larder)
    comment(larder)
    lifecycle.start(make_checked(larder.experiment, larder.editor), larder.approver)
    mia = Visitor(app)
    answers = pages_of(larder, mia)
    [mail] = mails(app, "mia@x.io")
    letter = mail.subject + mail.body
    answers += pages_of_mail(mail.leave_url.rpartition("/")[2], mia)
    answers.append(mia.post("/p/larder/object", {}))
    lifecycle.pause(larder.experiment, larder.approver)
    answers.append(mia.get())
    lifecycle.end(larder.experiment, larder.approver)
    answers.append(mia.get())

    everything = letter + "".join(f"{each.headers}{each.text}" for each in answers)
    assert "Larder sees what is there" in everything
    assert [word for word in HIDDEN if word in everything] == []
