"""Hostile texts in every field there is, and what becomes of them in files, mails and bodies."""

import json
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import Browser
from tests.factories import log_in
from tests.hostile.filling import Filled
from tests.hostile.payloads import MARK
from tests.hostile.sinks import faults_in_file, faults_in_mail
from tests.network import cut_off
from tests.team_pages import team_pages
from wbtest.delivery.mail_sender import Mail, compose
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import Base, db
from wbtest.team.models import Person

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
        releases.first_writers revisions.writers saves.other_writers""",
    "a day, or an address of small letters, digits and hyphens": """
        releases.slug""",
}
# Keys are made of names, of letters, digits and hyphens alone; whose counts there are is chance.
BY_CHANCE = ("variant", "other_variant", "waiting_variant")


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


def composed(mail: OutboxMail) -> Any:
    return compose(
        Mail(
            mail.message_id,
            "Larder <hello@larder.example>",
            mail.recipient,
            mail.subject,
            mail.body,
            mail.leave_url,
            mail.created_at,
            mail.html,
        )
    )
