"""Everything that stands in the audit log, done once, by the people who may."""

from collections.abc import Callable
from typing import Any, ClassVar

from tests.audience.addresses import leave_addresses
from tests.conftest import Browser, HandClock
from tests.factories import (
    PASSWORD,
    Team,
    log_in,
    make_checked,
    make_release,
    make_rule,
)
from tests.results.crowd import count_hour
from wbtest.audience.leaving.closing import close_the_loop
from wbtest.audience.leaving.erasures import leave
from wbtest.audience.leaving.purging import finish_purges, purge_now
from wbtest.audience.readmissions import readmit, withdraw
from wbtest.delivery.models import Webhook
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.publishing.experiments import create_experiment
from wbtest.publishing.models import Experiment
from wbtest.publishing.running import after, life, phases
from wbtest.results.annotating.notes import add_note, delete_note
from wbtest.results.deciding.decide import decide, second
from wbtest.results.deciding.decide import withdraw as withdraw_paper
from wbtest.results.deciding.models import Paper
from wbtest.results.deciding.papers import find_newest
from wbtest.results.sharing.links import make_shared
from wbtest.results.spending.lines import Line
from wbtest.results.spending.spends import add_spends, delete_spends, spends_of
from wbtest.review.approvals import approve
from wbtest.review.asking import links
from wbtest.review.asking.rounds import ask_for_review
from wbtest.review.models import Reviewer
from wbtest.review.verdicts import stop_release, take_up_again
from wbtest.store import writing
from wbtest.team import people
from wbtest.team.models import Person
from wbtest.writing.models import Release, Revision, Waiver
from wbtest.writing.releases import freeze
from wbtest.writing.waivers import Key, waive

Deed = tuple[str, str, Callable[[], object]]
SEAMLESS = Key("A7", "solution", "seamless")
WORKER, VISITOR = "wbtest", "a visitor"


def signed(person: Person) -> str:
    return f"{person.name} <{person.email}>"


class Deeds:
    """A team that does everything once. ``client`` is the owner's browser."""

    # Shown by tests of their own: these end a session, or everything.
    ELSEWHERE: ClassVar = {
        f"workspace.{what}" for what in ("made", "deleted", "moved_in", "moved_out")
    }

    def __init__(self, team: Team, now: HandClock, client: Browser) -> None:
        self.team, self.now, self.client = team, now, client
        self.token = self.shared = ""
        self.spent = ("", 0)
        self.hooks: list[str] = []
        log_in(client, team.owner)

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
            ("review_link.renewed", owner, lambda: links.renew(self._link(), self.team.owner)),
            ("review_link.revoked", owner, self._revoke),
            ("coach.changed", owner, lambda: self._send("/coach", {"jargon": "synergy"})),
            ("approving.changed", owner, lambda: self._send("/approving", {"approvals": "1"})),
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
            (
                "release.taken_up",
                approver,
                lambda: take_up_again(self._release(), self.team.approver),
            ),
        ]

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
            ("experiment.started", approver, lambda: life.start(self._experiment(), person)),
            ("experiment.paused", approver, lambda: life.pause(self._experiment(), person)),
            ("experiment.resumed", approver, lambda: life.resume(self._experiment(), person)),
            ("experiment.phase", approver, self._open_phase),
            ("spend.added", editor, self._spend),
            (
                "spend.deleted",
                owner,
                lambda: delete_spends(self._experiment(), self.team.owner, [self.spent]),
            ),
            ("note.deleted", owner, self._note_and_delete),
            ("experiment.decided", approver, self._decide_as_the_rule_says),
            ("experiment.ended", approver, lambda: life.end(self._experiment(), person)),
            ("experiment.closed", owner, lambda: self._choose("closed")),
            ("experiment.opened", owner, lambda: self._choose("open")),
            ("experiment.proposed", approver, lambda: self._decide("iterate")),
            ("experiment.withdrawn", approver, lambda: withdraw_paper(self._paper(), person)),
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
            (
                "signups.brought_in",
                owner,
                lambda: self._send(f"{self._address()}/signups", {"addresses": "mia@x.io"}),
            ),
            (
                "signups.exported",
                owner,
                lambda: self.client.get(f"{self._address()}/signups.csv"),
            ),
            (
                "visitors.readmitted",
                owner,
                lambda: readmit(self._experiment(), person, "team", "They were from the street."),
            ),
            ("visitors.left_out_again", owner, lambda: withdraw(self._experiment(), person, 1)),
            ("signup.erased", VISITOR, self._erase),
            (
                "experiment.told",
                approver,
                lambda: close_the_loop(
                    self._experiment(), self.team.approver, "We stop here. Thank you."
                ),
            ),
            ("experiment.purging", owner, self._ask_for_purge),
            ("experiment.purged", owner, lambda: finish_purges(self.now())),
        ]

    def _sending(self) -> list[Deed]:
        owner = signed(self.team.owner)
        hooks = "/team/webhooks"
        return [
            ("webhook.added", owner, self._add_webhook),
            ("webhook.tested", owner, lambda: self._send(f"{hooks}/1/test")),
            ("webhook.disabled", owner, lambda: self._send(f"{hooks}/1/disable")),
            ("webhook.enabled", owner, lambda: self._send(f"{hooks}/1/enable")),
            ("webhook.sent_again", owner, lambda: self._send(f"{hooks}/1/again")),
            ("webhook.deleted", owner, lambda: self._send(f"{hooks}/1/delete")),
            ("mail.sent_again", owner, lambda: self._send(f"{self._failed_mail()}/again")),
            ("mail.dismissed", owner, lambda: self._send(f"{self._failed_mail()}/dismiss")),
        ]

    def _people(self) -> list[Deed]:
        owner = signed(self.team.owner)
        grace = {"email": "grace@x.io", "name": "Grace", "role": "viewer", "password": PASSWORD}
        workspace = {"workspace_name": "Larder", "controller": "Leeds", "contact_email": "h@x.io"}
        new, wrong = "another quiet word", "a wrong password"
        return [
            ("person.added", WORKER, lambda: people.add_person(self.team.workspace, **grace)),
            ("person.password_set", WORKER, lambda: people.set_password(self._grace(), new)),
            ("workspace.changed", owner, lambda: self._send("/team", workspace)),
            ("audit.exported", owner, lambda: self.client.get("/team/audit.csv")),
            ("login.password_refused", owner, lambda: self._change_password(wrong, new, 422)),
            ("login.password_changed", owner, lambda: self._change_password(PASSWORD, new)),
            ("login.ended", owner, lambda: self._send("/logout")),
            ("login.failed", owner, lambda: self._log_in(wrong, 422)),
            ("login.succeeded", owner, lambda: self._log_in(new)),
        ]

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

    def _waive(self) -> None:
        waive(self._release(), SEAMLESS, "It is a bag.", self.team.editor, is_approver=False)

    def _take_back(self) -> None:
        self._send(f"/waivers/{self._all(Waiver)[-1].id}/take-back")

    def _make_link(self) -> None:
        _, self.token = links.make_link(self._release(), self.team.editor, "Mei")

    def _revoke(self) -> None:
        path = f"/releases/{self._release().id}/revisions/1/ask/links/{self._link().id}/revoke"
        self._send(path)

    def _make_experiment(self, slug: str) -> None:
        create_experiment(
            self._revision(), self.team.editor, slug=slug, rule=make_rule(), time_zone="UTC"
        )

    def _open_phase(self) -> None:
        experiment = self._experiment()
        words = {"headline": "Six dinners from what is there"}
        phases.write_variant(experiment, self.team.editor, name="Six", overrides=words)
        why = "The new headline is ready to be shown."
        phases.open_phase(experiment, self.team.approver, {"control": 1, "six": 1}, why)

    def _spend(self) -> None:
        experiment = self._experiment()
        day = experiment.started_at.date()
        lines = [Line("flyer", day, day, 12_000), Line("x", day, day, 4_000)]
        add_spends(experiment, self.team.editor, "GBP", lines)
        self.spent = next((each.sending, 0) for each in spends_of(experiment))

    def _note_and_delete(self) -> None:
        experiment = self._experiment()
        for text in ("A post went up.", "An ad started."):
            note = add_note(experiment, self.team.editor, self.now(), text)
        delete_note(experiment, self.team.owner, note.key, is_owner=True)

    def _decide(self, choice: str) -> None:
        decide(self._experiment(), self.team.approver, choice, "Nobody came to see it.")

    def _decide_as_the_rule_says(self) -> None:
        first = int(self.now().timestamp()) + 7 * 86400
        for hour in range(first, first + 36_000, 3600):
            for variant in ("control", "six"):
                count_hour(self._experiment(), hour, variant, seen=50, converted=10, phase=2)
        self.now.turn(days=8)
        self._decide("go")

    def _share(self) -> None:
        _, self.shared = make_shared(self._experiment(), self.team.approver, "our investor")

    def _paper(self) -> Paper:
        paper = find_newest(self._experiment())
        assert paper is not None
        return paper

    def _choose(self, afterwards: str) -> None:
        after.choose(self._experiment(), self.team.owner, afterwards, waiting_variant="control")

    def _erase(self) -> None:
        leave_addresses(self._experiment(), 1)
        leave("p0")

    def _ask_for_purge(self) -> None:
        self.now.turn(days=30)
        # The session is over by then.
        log_in(self.client, self.team.owner)
        purge_now(self._experiment(), self.team.owner)

    def _add_webhook(self) -> None:
        fields = {"url": "https://hooks.example/larder", "events": "signup.created"}
        self._send("/team/webhooks", fields)
        self.hooks = [hook.secret for hook in self._all(Webhook)]

    def _failed_mail(self) -> str:
        """Let a mail be given up; return where it is dealt with."""
        workspace_id = self.team.workspace.id
        mail = queue_mail(
            recipient="mia@x.io", subject="Hello", body="Hello", workspace_id=workspace_id
        )
        with writing():
            mail.state = "failed"
        return f"/team/deliveries/{mail.id}"

    def _change_password(self, old: str, new: str, status: int = 303) -> None:
        fields = {"old_password": old, "new_password": new, "repeated": new}
        self._send("/password", fields, status)

    def _log_in(self, password: str, status: int = 303) -> None:
        self._send("/login", {"email": self.team.owner.email, "password": password}, status)
