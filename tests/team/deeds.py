"""Everything that stands in the audit log, done once, by the people who may."""

from collections.abc import Callable
from typing import Any, ClassVar

from tests.audience.addresses import leave_addresses
from tests.factories import (
    PASSWORD,
    make_checked,
    make_release,
)
from tests.results.visiting import Group as Visitors
from tests.results.visiting import come
from tests.team.doing import Doing
from wbtest.audience.group_counts import VisitorGroup
from wbtest.audience.outcome_mail import tell_outcome
from wbtest.audience.retention import finish_purges
from wbtest.audience.setting_aside import set_aside, take_back
from wbtest.decisions.decide import second, turn_down
from wbtest.decisions.decide import withdraw as withdraw_paper
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.results.costs import delete_spend
from wbtest.review import review_requests
from wbtest.review.approvals import approve, stop_release, take_up_again
from wbtest.review.review_requests import ask_for_review
from wbtest.team import people
from wbtest.team.audit import ACTIONS, APART
from wbtest.team.models import Person
from wbtest.writing.releases import create_release, delete_release, freeze

Deed = tuple[str, str, Callable[[], object]]
WORKER, VISITOR = "wbtest", "a visitor"


# One's own account has pages of its own, and a story in `account/test_told.py`.
OF_AN_ACCOUNT = {
    *("factor.turned_off", "factor.turned_on", "login.code_refused", "login.email_asked"),
    *("login.email_changed", "login.recovery_code_used", "login.renamed", "login.reset"),
    *("login.reset_asked", "login.session_ended", "login.sessions_ended", "person.factor_off"),
}


def signed(person: Person) -> str:
    return f"{person.name} <{person.email}>"


class Deeds(Doing):
    """A team that does everything once. ``client`` is the owner's browser."""

    # Shown by tests of their own: these end a session, or everything.
    ELSEWHERE: ClassVar = {
        *(f"team.{what}" for what in ("made", "deleted", "exported", "imported")),
        *OF_AN_ACCOUNT,
        # Of these in test_refusals.py.
        *ACTIONS[APART],
    }

    def story(self) -> list[Deed]:
        """Every action, who stands for it, and how it is done; in the order in which it can be."""
        return [
            *self._texts(),
            *self._pages(),
            *self._visitors(),
            *self._sending(),
            *self._people(),
        ]

    def secrets(self) -> list[str]:
        """What nobody may learn from the log."""
        cookie = self.client.get_cookie("wb-session")
        keys = [experiment.sealed for experiment in self._all(Experiment) if experiment.sealed]
        hashes = [person.password_hash for person in self._all(Person)]
        found = [
            self.token,
            self.shared,
            self.invited,
            self.api_token,
            cookie.value if cookie else "",
            *self.hooks,
            *keys,
            *hashes,
        ]
        return [secret for secret in found if secret]

    def _texts(self) -> list[Deed]:
        editor, approver, owner = (
            signed(person) for person in (self.team.editor, self.team.approver, self.team.owner)
        )
        words = "A seamless app. One photo, two questions, five dinners of 30 minutes."
        return [
            ("release.imported", editor, lambda: make_release(self.team.editor, solution=words)),
            ("waiver.given", editor, self._waive),
            ("waiver.taken_back", owner, self._take_back),
            ("revision.frozen", editor, lambda: freeze(self._release(), self.team.editor)),
            ("review.asked", editor, lambda: ask_for_review(self._revision(), self.team.editor)),
            ("review_link.made", editor, self._make_link),
            (
                "review_link.renewed",
                owner,
                lambda: review_requests.renew_link(self._link(), self.team.owner),
            ),
            ("review_link.revoked", owner, self._revoke),
            ("coach.changed", owner, lambda: self._send("/settings/coach", {"jargon": "synergy"})),
            (
                "approving.changed",
                owner,
                lambda: self._send("/settings/approval", {"approvals": "1"}),
            ),
            (
                "revision.approved",
                approver,
                lambda: approve(self._revision(), self.team.approver, "A second pair of eyes."),
            ),
            (
                "release.stopped",
                approver,
                lambda: stop_release(self._revision(), self.team.approver, "Nobody wants it."),
            ),
            ("release.deleted", editor, self._delete_draft),
            (
                "release.taken_up",
                approver,
                lambda: take_up_again(self._release(), self.team.approver),
            ),
        ]

    def _delete_draft(self) -> None:
        draft = create_release(self.team.editor, form="short", product="Kiln", language="en")
        delete_release(draft, self.team.editor)

    def _pages(self) -> list[Deed]:
        editor, approver, owner = (
            signed(person) for person in (self.team.editor, self.team.approver, self.team.owner)
        )
        person = self.team.approver
        return [
            ("experiment.made", editor, lambda: self._make_experiment("draft")),
            ("experiment.deleted", owner, lambda: self._send(f"{self._address()}/delete")),
            ("experiment.made", editor, lambda: self._make_experiment("larder")),
            (
                "experiment.checked",
                editor,
                lambda: make_checked(self._experiment(), self.team.editor),
            ),
            ("experiment.started", approver, lambda: lifecycle.start(self._experiment(), person)),
            ("experiment.paused", approver, lambda: lifecycle.pause(self._experiment(), person)),
            ("experiment.resumed", approver, lambda: lifecycle.resume(self._experiment(), person)),
            ("experiment.correction_asked", editor, self._ask_for_correction),
            ("experiment.correction_withdrawn", editor, self._withdraw_correction),
            ("experiment.correction_asked", editor, self._ask_for_correction),
            ("experiment.corrected", approver, self._approve_correction),
            ("spend.added", editor, self._spend),
            (
                "spend.deleted",
                owner,
                lambda: delete_spend(self._experiment(), self.team.owner, self.spent),
            ),
            ("note.deleted", owner, self._note_and_delete),
            ("tracking_link.removed", editor, self._link_and_remove),
            ("form_sites.changed", editor, self._list_a_site),
            ("experiment.decided", approver, self._decide_as_the_rule_says),
            ("experiment.ended", approver, lambda: lifecycle.end(self._experiment(), person)),
            ("experiment.closed", owner, lambda: self._choose("closed")),
            ("experiment.opened", owner, lambda: self._choose("open")),
            ("experiment.proposed", approver, lambda: self._decide("iterate")),
            ("experiment.withdrawn", approver, lambda: withdraw_paper(self._paper(), person)),
            ("experiment.proposed", approver, lambda: self._decide("iterate")),
            ("experiment.turned_down", owner, lambda: turn_down(self._paper(), self.team.owner)),
            ("experiment.proposed", approver, lambda: self._decide("stop")),
            ("experiment.seconded", owner, lambda: second(self._paper(), self.team.owner)),
            ("shared_link.made", approver, self._share),
            ("shared_link.renewed", owner, lambda: self._send(f"{self._address()}/share/1/renew")),
            ("shared_link.revoked", owner, lambda: self._send(f"{self._address()}/share/1/revoke")),
        ]

    def _visitors(self) -> list[Deed]:
        approver, owner = signed(self.team.approver), signed(self.team.owner)
        person = self.team.owner
        return [
            ("signup.erased_for", owner, self._erase_for),
            (
                "signups.exported",
                owner,
                lambda: self.client.get(f"{self._address()}/signups.csv"),
            ),
            ("token.made", owner, self._make_token),
            ("events.exported", owner, self._take_events),
            ("visitors.set_aside", owner, lambda: self._set_aside("out", "source", "newsletter")),
            ("visitors.taken_in", owner, lambda: self._set_aside("in", "reason", "team")),
            ("visitors.aside_withdrawn", owner, lambda: take_back(self._experiment(), person, 1)),
            ("signup.erased", VISITOR, self._erase),
            (
                "experiment.told",
                approver,
                lambda: tell_outcome(
                    self._experiment(), self.team.approver, "We stop here. Thank you."
                ),
            ),
            ("experiment.purging", owner, self._ask_for_purge),
            ("experiment.purged", owner, lambda: finish_purges(self.now())),
        ]

    def _set_aside(self, *group: Any) -> None:
        experiment = self._experiment()
        come(experiment, Visitors(2), Visitors(1, excluded_because="team"))
        set_aside(experiment, self.team.owner, VisitorGroup(*group), "They were from the street.")

    def _erase_for(self) -> None:
        leave_addresses(self._experiment(), 1, email="mia")
        self._send(f"{self._address()}/signups/erase", {"email": "mia0@x.io"})

    def _sending(self) -> list[Deed]:
        owner = signed(self.team.owner)
        hooks = "/settings/webhooks"
        return [
            ("webhook.added", owner, self._add_webhook),
            ("webhook.tested", owner, lambda: self._send(f"{hooks}/1/test")),
            ("webhook.disabled", owner, lambda: self._send(f"{hooks}/1/disable")),
            ("webhook.enabled", owner, lambda: self._send(f"{hooks}/1/enable")),
            ("webhook.sent_again", owner, lambda: self._send(f"{hooks}/1/again")),
            ("webhook.deleted", owner, lambda: self._send(f"{hooks}/1/delete")),
            ("mail.tested", owner, lambda: self._send("/settings/email/test")),
            ("mail.sent_again", owner, lambda: self._send(f"{self._failed_mail()}/again")),
            ("mail.dismissed", owner, lambda: self._send(f"{self._failed_mail()}/dismiss")),
        ]

    def _people(self) -> list[Deed]:
        owner = signed(self.team.owner)
        grace = {"email": "grace@x.io", "name": "Grace", "role": "viewer", "password": PASSWORD}
        facts = {"team_name": "Larder", "controller": "Leeds", "contact_email": "h@x.io"}
        new, wrong = "another quiet word", "a wrong password"
        return [
            ("person.added", WORKER, lambda: people.add_person(**grace)),
            ("person.password_set", WORKER, lambda: people.set_password(self._grace(), new)),
            *self._members(owner),
            ("team.changed", owner, lambda: self._send("/settings/identity", facts)),
            ("token.revoked", owner, lambda: self._send("/settings/tokens/1/revoke")),
            ("audit.exported", owner, lambda: self.client.get("/settings/audit.csv")),
            ("login.password_refused", owner, lambda: self._change_password(wrong, new, 422)),
            ("login.password_changed", owner, lambda: self._change_password(PASSWORD, new)),
            ("login.ended", owner, lambda: self._send("/logout")),
            ("login.failed", owner, lambda: self._log_in(wrong, 422)),
            ("login.succeeded", owner, lambda: self._log_in(new)),
        ]

    def _members(self, owner: str) -> list[Deed]:
        hal = "Hal <hal@x.io>"
        invited = {"email": "hal@x.io", "role": "editor"}
        return [
            ("person.invited", owner, lambda: self._send("/settings/invitations", invited)),
            ("person.uninvited", owner, lambda: self._send(f"{self._invited()}/revoke")),
            ("person.invited", owner, lambda: self._send("/settings/invitations", invited)),
            ("person.invited_again", owner, lambda: self._send(f"{self._invited()}/again")),
            ("person.joined", hal, self._join),
            ("person.role_changed", owner, lambda: self._change_role("viewer")),
            ("person.left", hal, lambda: people.leave_team(self._newest_member())),
            (
                "person.removed",
                owner,
                lambda: people.remove_member(self._newest_member(), self.team.owner),
            ),
        ]
