"""How each thing that stands in the audit log is done, by whom may do it."""

import re
from typing import Any

from tests.audience.addresses import leave_addresses
from tests.conftest import Browser, HandClock
from tests.factories import (
    PASSWORD,
    Team,
    log_in,
    make_rule,
)
from tests.results.crowd import count_hour
from wbtest.audience.erasure import leave
from wbtest.audience.retention import purge_now
from wbtest.decisions.decide import decide
from wbtest.decisions.models import Paper
from wbtest.decisions.pending_decisions import find_newest
from wbtest.delivery.models import Webhook
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.publishing import correction_requests, lifecycle
from wbtest.publishing.experiments import create_experiment
from wbtest.publishing.models import Experiment
from wbtest.publishing.off_site_form import set_sites
from wbtest.publishing.tracking_links import add_links, remove_link
from wbtest.results.costs import add_spend
from wbtest.results.notes import add_note, delete_note
from wbtest.results.shared_links import create_shared_link
from wbtest.review import review_requests
from wbtest.review.models import Reviewer
from wbtest.store import writing
from wbtest.team.models import Invitation, Membership, Person
from wbtest.team.people import accept_invitation_as_new
from wbtest.writing.coach_report import FindingKey, waive
from wbtest.writing.models import Release, Revision, Waiver

SEAMLESS = FindingKey("A7", "solution", "seamless")


def shown_link(client: Browser) -> str:
    """The token of the link that the team page shows once, or ''."""
    found = re.search(r"/invitation/([\w-]+)", client.get("/settings").text)
    return found[1] if found else ""


class Doing:
    """A team and what it has done so far. ``client`` is the owner's browser."""

    def __init__(self, team: Team, now: HandClock, client: Browser) -> None:
        self.team, self.now, self.client = team, now, client
        self.token = self.shared = self.invited = self.api_token = ""
        self.spent = ("", 0)
        self.hooks: list[str] = []
        log_in(client, team.owner)

    def _send(self, path: str, data: dict[str, str] | None = None, status: int = 303) -> None:
        answer = self.client.send(path, data)
        assert answer.status_code == status, (path, answer.status_code)

    def _all(self, model: type[Any]) -> list[Any]:
        return list(db.session.scalars(db.select(model).order_by(model.id)))

    def _release(self) -> Release:
        return self._all(Release)[-1]

    def _revision(self) -> Revision:
        return self._all(Revision)[-1]

    def _experiment(self) -> Experiment:
        return self._all(Experiment)[-1]

    def _address(self) -> str:
        return f"/experiments/{self._experiment().id}"

    def _link(self) -> Reviewer:
        return self._all(Reviewer)[-1]

    def _grace(self) -> Person:
        return self._all(Person)[-1]

    def _invited(self) -> str:
        """Where the newest invitation is dealt with; its secret is the one that no log may hold."""
        self.invited = shown_link(self.client)
        return f"/settings/invitations/{self._all(Invitation)[-1].id}"

    def _join(self) -> None:
        token = shown_link(self.client)
        accept_invitation_as_new(token, name="Hal", password="another quiet word")

    def _newest_member(self) -> Membership:
        query = db.select(Membership).order_by(Membership.person_id.desc()).limit(1)
        return db.session.scalars(query).one()

    def _change_role(self, role: str) -> None:
        person_id = self._newest_member().person_id
        self._send(f"/settings/members/{person_id}/role", {"role": role})

    def _waive(self) -> None:
        waive(self._release(), SEAMLESS, "It is a bag.", self.team.editor, is_approver=False)

    def _take_back(self) -> None:
        self._send(f"/waivers/{self._all(Waiver)[-1].id}/take-back")

    def _make_link(self) -> None:
        _, self.token = review_requests.make_link(self._release(), self.team.editor, "Mei")

    def _revoke(self) -> None:
        path = f"/releases/{self._release().id}/revisions/1/ask/links/{self._link().id}/revoke"
        self._send(path)

    def _make_experiment(self, slug: str) -> None:
        create_experiment(
            self._revision(), self.team.editor, slug=slug, rule=make_rule(), time_zone="UTC"
        )

    def _ask_for_correction(self) -> None:
        test = self._experiment()
        texts = correction_requests.present_texts(test)
        typed = {"solution": f"{test.revision.document['solution']}!"}
        correction_requests.submit_corrections(
            test, self.team.editor, typed, read=correction_requests.digest_of(texts)
        )

    def _withdraw_correction(self) -> None:
        test = self._experiment()
        read = correction_requests.digest_of_waiting(test)
        correction_requests.withdraw_corrections(test, self.team.editor, read)

    def _approve_correction(self) -> None:
        test = self._experiment()
        read = correction_requests.digest_of_waiting(test)
        correction_requests.approve_corrections(test, self.team.approver, read)

    def _spend(self) -> None:
        experiment = self._experiment()
        day = experiment.started_at.date()
        spend = add_spend(experiment, self.team.editor, "flyer", day, None, "120", "GBP")
        self.spent = spend.key

    def _note_and_delete(self) -> None:
        experiment = self._experiment()
        for text in ("A post went up.", "An ad started."):
            note = add_note(experiment, self.team.editor, self.now().date(), text)
        delete_note(experiment, self.team.owner, note.key, is_owner=True)

    def _list_a_site(self) -> None:
        set_sites(self._experiment(), self.team.editor, "https://www.example.com")

    def _link_and_remove(self) -> None:
        experiment = self._experiment()
        links = add_links(experiment, self.team.editor, "newsletter, flyer")
        remove_link(experiment, self.team.editor, links[0].key)

    def _decide(self, choice: str) -> None:
        decide(self._experiment(), self.team.approver, choice, "Nobody came to see it.")

    def _decide_as_the_rule_says(self) -> None:
        first = int(self.now().timestamp()) + 7 * 86400
        for hour in range(first, first + 36_000, 3600):
            count_hour(self._experiment(), hour, seen=100, converted=20)
        self.now.turn(days=8)
        # What comes next wants a log-in of the same day.
        log_in(self.client, self.team.owner)
        self._decide("go")

    def _share(self) -> None:
        _, self.shared = create_shared_link(self._experiment(), self.team.approver, "our investor")

    def _paper(self) -> Paper:
        paper = find_newest(self._experiment())
        assert paper is not None
        return paper

    def _choose(self, afterwards: str) -> None:
        lifecycle.choose_afterwards(
            self._experiment(), self.team.owner, afterwards, waiting_variant="control"
        )

    def _erase(self) -> None:
        leave_addresses(self._experiment(), 1)
        leave("p0")

    def _ask_for_purge(self) -> None:
        self.now.turn(days=30)
        # The session is over by then.
        log_in(self.client, self.team.owner)
        purge_now(self._experiment(), self.team.owner)

    def _change_needs(self) -> None:
        self._send("/settings/approval", {"approvals": "1"})

    def _add_webhook(self) -> None:
        fields = {"url": "https://hooks.example/larder", "events": "signup.created"}
        self._send("/settings/webhooks", fields)
        self.hooks = [hook.secret for hook in self._all(Webhook)]

    def _make_token(self) -> None:
        typed = {"name": "CI", "scopes": "admin", "password": PASSWORD}
        self._send("/settings/tokens", typed)
        self.api_token = (
            self.client.get("/settings/developers").text.split("readonly>")[1].split("<")[0]
        )

    def _take_events(self) -> None:
        headers = {"Authorization": f"Bearer {self.api_token}"}
        answer = self.client.get(f"/api/v1{self._address()}/events", headers=headers)
        assert answer.status_code == 200, answer.text

    def _failed_mail(self) -> str:
        """Let a mail be given up; return where it is dealt with."""
        mail = queue_mail(recipient="mia@x.io", subject="Hello", body="Hello")
        with writing():
            mail.state = "failed"
        return f"/settings/email/{mail.id}"

    def _change_password(self, old: str, new: str, status: int = 303) -> None:
        fields = {"old_password": old, "new_password": new, "repeated": new}
        self._send("/account/password", fields, status)

    def _log_in(self, password: str, status: int = 303) -> None:
        self._send("/login", {"email": self.team.owner.email, "password": password}, status)
