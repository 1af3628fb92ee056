"""Hostile texts in every field there is, and what becomes of them in files, mails and webhooks.

The company that wrote them takes long to fill, and one process does it: this file's.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from standardwebhooks.webhooks import Webhook as Signer
from werkzeug.test import TestResponse

from tests.api.conftest import Program
from tests.cells import undefused
from tests.conftest import Browser, HandClock
from tests.delivery.hooks import post_all
from tests.delivery.sink import Sink, local, running
from tests.factories import log_in, make_approval, make_revision
from tests.hostile.filling import Filled
from tests.hostile.founding import draft_of
from tests.hostile.payloads import MARK, PAYLOADS, Texts
from tests.hostile.sinks import faults_in_file, faults_in_mail, faults_in_text
from tests.network import cut_off
from tests.team_pages import team_pages
from wbtest.audience.models import Signup
from wbtest.delivery.mail_sender import compose, find_html_part, mail_of
from wbtest.delivery.models import OutboxMail, Webhook
from wbtest.delivery.webhooks import KINDS
from wbtest.extensions import Base, db, runtime
from wbtest.ideas.notifications import send_notifications
from wbtest.publishing.models import Experiment
from wbtest.publishing.tracking_links import add_links, remove_link
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.team.tokens import SCOPES, make_token
from wbtest.writing.models import Release
from wbtest.writing.release_files import file_text, parse_release

pytestmark = pytest.mark.one_database
# Columns of text that no payload reaches, by the reason. A new column belongs here or into a form.
UNREACHED = {
    "one of a few words of ours": """
        daily_mails.time_zone
        account_links.kind alarms.kind answer_marks.question api_tokens.role api_tokens.scopes
        assumption_marks.kind assumption_marks.state audit_lines.action candidates.audience
        candidates.outcome team_settings.muted comments.outcome comments.path
        decision_papers.choice decision_papers.state decisions.choice engagement_counts.item
        engagement_counts.kind engagements.item engagements.kind experiment_steps.what
        experiments.afterwards experiments.state experiments.time_zone hourly_counts.device
        hourly_counts.excluded_because hourly_counts.language invitations.role job_runs.name
        kind_totals.device kind_totals.excluded_because kind_totals.language login_sessions.device
        machine_counts.family machine_counts.reason
        memberships.role outbox_events.kind outbox_events.state outbox_mails.state readings.verdict
        settings_aside.direction settings_aside.kind
        releases.form reviewers.function revisions.form saves.parts
        checklist_items.state corrections.field sightings.device sightings.excluded_because
        sightings.language
        signups.device signups.excluded_because signups.language spends.currency told.occasion
        visits.device visits.excluded_because visits.language waivers.part waivers.rule
        waivers.severity webhooks.events webhooks.reason webhooks.state job_runs.error
        experiments.warnings_seen network_findings.findings""",
    "a hash, a key, a number of ours or chance": """
        account_links.token_hash annotations.key api_tokens.prefix api_tokens.token_hash
        daily_mails.told
        approvals.digest audit_lines.network decision_papers.digest engagements.visitor
        corrections.seal experiments.corrected_seal
        experiments.checked_digest experiments.last_counts experiments.seal
        experiments.tried_message_id images.digest invitations.token_hash kept_answers.digest
        kept_answers.headers limit_counts.key login_sessions.network login_sessions.token_hash
        objections.visitor outbox_events.event_id outbox_mails.leave_url outbox_mails.message_id
        people.password_hash experiments.assignment_salt recovery_codes.code_hash
        team_settings.required reviewers.token_hash revisions.digest checklist_items.sentence
        second_factors.secret setup_links.token_hash shared_links.password_hash
        shared_links.token_hash sightings.visitor signups.answer_hash signups.page_digest
        signups.token_hash signups.visitor spends.key visits.visitor webhooks.secret
        tracking_links.key
        releases.first_writers revisions.writers saves.other_writers""",
    "addresses of sites": "experiments.form_sites",
    "a day, or an address of small letters, digits and hyphens": """
        releases.slug experiments.host""",
}
# Keys are made of names, of letters, digits and hyphens alone; whose counts there are is chance.
BY_CHANCE = ("variant", "other_variant", "waiting_variant")
NAMED = re.compile(r"(?:attachment|inline); filename=\"?[\w.-]+\"?", re.ASCII)
ROWS = ("text/csv", "application/x-ndjson")
# Of a webhook.
HEADERS = {
    *("host", "content-type", "content-length", "connection", "user-agent", "accept-encoding"),
    *("webhook-id", "webhook-timestamp", "webhook-signature"),
}
# Nobody may approve a text with braces, and these two are of one line.
UNFIT = "{}\r\n"


def columns() -> dict[str, sa.Column[Any]]:
    """All columns that hold text, as ``table.column``."""
    return {
        f"{table.name}.{column.name}": column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.String | sa.JSON) and column.name not in BY_CHANCE
    }


def is_reached(column: sa.Column[Any]) -> bool:
    values = db.session.scalars(sa.select(column).distinct())
    return any(MARK.search(json.dumps(value, ensure_ascii=False)) for value in values)


def test_every_column_of_text_is_reached_by_a_payload(filled: Filled) -> None:
    expected = {name for names in UNREACHED.values() for name in names.split()}

    assert {name for name, column in columns().items() if not is_reached(column)} == expected


def files_of(app: Flask) -> list[str]:
    values = {
        "experiment_id": [1, 2],
        "release_id": [3],
        "number": [1, 2],
        "name": ["blog-post", "app-store", "landing-page"],
    }
    suffix = re.compile(r"\.(csv|docx|html|json|md|pdf|txt)$")
    return [
        address
        for _, addresses in team_pages(app, Given(values)).items()
        for address in addresses
        if suffix.search(address)
    ]


class Given(dict[str, Any]):
    """What stands for an argument; nothing for one of which nobody has thought."""

    def __missing__(self, name: str) -> list[Any]:
        return []


def test_no_file_holds_a_formula_a_link_or_markup(filled: Filled, client: Browser) -> None:
    log_in(client, db.session.get_one(Person, 1))
    faults, statuses = [], {}
    with cut_off() as reached:
        for path in files_of(client.application):
            answer = client.get(path)
            statuses[path] = answer.status_code
            if answer.status_code == 200:
                faults += faults_in_file(path, answer.data)

    assert (faults, reached) == ([], [])
    # Of two tests one has no memo, and only after a go there is a checklist.
    missing = [path for path, status in statuses.items() if status != 200]
    assert [p for p in missing if "/memo/" not in p and "/checklist" not in p] == []


def test_no_mail_has_a_header_or_an_element_more(filled: Filled) -> None:
    written = list(db.session.scalars(sa.select(OutboxMail)))

    faults = [fault for mail in written for fault in faults_in_mail(composed(mail))]

    assert faults == []
    assert {mark for mail in written for mark in MARK.findall(mail.subject + mail.body)}


def composed(row: OutboxMail) -> Any:
    mail = mail_of(row)
    return compose(mail, find_html_part(mail))


@pytest.fixture
def owner(filled: Filled, client: Browser) -> Browser:
    log_in(client, db.session.get_one(Person, 1))
    return client


@pytest.fixture
def program(filled: Filled, app: Flask) -> Program:
    person = db.session.get_one(Person, 1)
    browser = app.test_client()
    assert isinstance(browser, Browser)
    scopes = tuple(SCOPES)
    return Program(browser, make_token(person, name="a program", scopes=scopes)[1])


def faults_in_headers(answer: TestResponse) -> list[str]:
    """Return what a payload made of the headers of a file."""
    named = answer.headers.get("Content-Disposition", "")
    faults = [f"{each}" for each in answer.headers if MARK.search(each[1]) and each[1] != named]
    if named and not NAMED.fullmatch(named):
        faults.append(named)
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        faults.append("may be taken for another kind")
    return [f"{answer.request.path}: {fault}" for fault in faults]


def test_no_name_of_a_file_and_no_header_is_more_than_letters(owner: Browser) -> None:
    # To draw a PDF takes as long as all else together, and it is named as the others are.
    paths = [path for path in files_of(owner.application) if not path.endswith(".pdf")]
    answers = [owner.get(path) for path in paths]
    answers = [answer for answer in answers if answer.status_code == 200]

    assert [fault for answer in answers for fault in faults_in_headers(answer)] == []


def test_no_code_to_print_is_markup_and_its_name_is_letters(owner: Browser) -> None:
    faults, taken = [], 0
    experiment, person = db.session.get_one(Experiment, 1), db.session.get_one(Person, 1)
    for payload in PAYLOADS:
        try:
            links = add_links(experiment, person, payload.text)
        except Invalid:
            continue
        taken += 1
        for link in links:
            # A picture of points holds no text, and is named as the drawing is.
            answer = owner.get(f"/experiments/1/links/{link.key}.svg")
            faults += [*faults_in_headers(answer), *faults_in_file("svg", answer.data)]
            remove_link(experiment, person, link.key)

    assert faults == []
    assert taken > len(PAYLOADS) / 2


def test_what_a_guest_and_a_visitor_take_along_holds_no_formula_and_no_markup(
    filled: Filled, client: Browser
) -> None:
    shared = client.get(f"{filled.links['shared']}/results.csv?table=variants")
    mine = client.get(f"{filled.links['mine']}/data.json")

    assert (shared.status_code, mine.status_code) == (200, 200)
    assert faults_in_file("shared.csv", shared.data) + faults_in_file("mine.json", mine.data) == []
    assert faults_in_headers(shared) + faults_in_headers(mine) == []
    assert MARK.search(shared.text)
    assert MARK.search(mine.text)


@pytest.mark.parametrize("what", ["signups", "events"])
def test_the_rows_of_a_program_are_the_same_in_both_kinds_of_file_and_no_formula(
    program: Program, what: str
) -> None:
    table, lines = (program.get(f"/experiments/1/{what}", Accept=kind) for kind in ROWS)

    rows = [*csv.DictReader(io.StringIO(table.text, newline=""))]
    records = [json.loads(line) for line in lines.text.splitlines()]
    assert faults_in_file("rows.csv", table.data) == []
    assert faults_in_headers(table) + faults_in_headers(lines) == []
    assert len(rows) == len(records) > 2
    for row, record in zip(rows, records, strict=True):
        both = [name for name in row if isinstance(record.get(name), str)]
        assert {name: undefused(row[name]) for name in both} == {
            name: record[name] for name in both
        }


@pytest.mark.parametrize("kind", ["json", "md"])
def test_a_release_that_is_taken_along_comes_back_letter_by_letter(
    owner: Browser, kind: str
) -> None:
    document = draft_of(db.session.get_one(Release, 3))

    body = owner.get(f"/releases/3/export.{kind}").data

    assert len({*MARK.findall(str(document))}) == len(PAYLOADS)
    assert parse_release(file_text(body)).document == document


@pytest.fixture
def sink(app: Flask, filled: Filled) -> Iterator[Sink]:
    """Where everything goes that the first webhook of a hostile company waits to be told."""
    runtime(app).outgoing = local()
    with running(Sink()) as sink:
        first = Webhook.id == 1
        db.session.execute(sa.update(Webhook).where(first).values(url=sink.url, state="active"))
        db.session.execute(sa.update(Webhook).where(~first).values(state="disabled"))
        db.session.commit()
        yield sink


def posted(sink: Sink) -> list[dict[str, Any]]:
    post_all()
    return [json.loads(body) for _, body in sink.got]


def test_every_event_is_told_as_json_and_signed_and_no_text_of_it_is_a_header(
    sink: Sink, now: HandClock
) -> None:
    send_notifications(now())
    make_approval(make_revision(db.session.get_one(Person, 1)), db.session.get_one(Person, 2))

    told = posted(sink)

    secret = db.session.get_one(Webhook, 1).secret
    assert {event["type"] for event in told} == KINDS.keys()
    for headers, body in sink.got:
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        signed = Signer(secret).sign(headers["webhook-id"], at, body.decode())
        assert headers["webhook-signature"] == signed
        assert headers["content-type"] == "application/json"
        assert headers.keys() <= HEADERS
        assert not MARK.search(str(headers))
        assert faults_in_text(body.decode()) == []


def test_where_somebody_came_from_and_their_address_are_told_letter_by_letter(sink: Sink) -> None:
    stored = db.session.execute(sa.select(Signup.source, Signup.email).where(Signup.source != ""))
    known = {(source, email) for source, email in stored if MARK.search(source)}

    told = posted(sink)

    data = [event["data"] for event in told if event["type"] == "signup.created"]
    assert len(data) > 5
    assert {(each["source"], each["email"]) for each in data} <= known


def test_a_product_and_its_headline_are_told_letter_by_letter(sink: Sink) -> None:
    author, texts = db.session.get_one(Person, 1), Texts()
    written = [(texts.text(80, without=UNFIT), texts.text(300, without=UNFIT))]
    written.append(("Larder\u2028</script>", "Six \u2029 dinners"))
    for product, headline in written:
        revision = make_revision(author, product=product, headline=headline)
        make_approval(revision, db.session.get_one(Person, 2))

    told = posted(sink)

    data = [event["data"] for event in told if event["type"] == "release.approved"]
    assert [(each["product"], each["headline"]) for each in data] == written
