"""A team of which every text was written by somebody hostile, through the product's own forms.

A small company lives through all of it: it sets itself up, writes, reviews, publishes, is visited,
measures and decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app
from PIL import Image as Pictures

from tests.audience.larder import PHONE, mails
from tests.conftest import HandClock
from tests.factories import PASSWORD, log_in
from tests.hostile.founding import Founding, draft_of, link_in
from tests.hostile.machines import mailing_by, talk_to_machines
from tests.hostile.payloads import PAYLOADS, Texts
from tests.hostile.typist import ENDS
from tests.results.states import crowd
from tests.team.doing import shown_link
from wbtest.audience.models import Sighting
from wbtest.extensions import db, runtime
from wbtest.publishing.correction_requests import digest_of, present_texts
from wbtest.publishing.models import Experiment
from wbtest.team.models import Person
from wbtest.writing.models import Release

NUMBERS = (
    *("daily", "planned_variants", "minimum_visitors", "maximum_visitors", "minimum_days"),
    *("alpha", "beta", "lost_beacons", "conversion_window_hours", "sources"),
)
RULE = {
    "target": "8",
    "floor": "3",
    "ends_on": "2027-03-29",
    "customers": "300",
    "reachable": "9000",
    "buy": "40",
    "slug": "runs",
    "host": "",
    "hoped_for": "",
    "asks_name": "y",
    "crowds-0-from_at": "2027-03-28T18:00",
    "crowds-0-until_at": "2027-03-28T23:00",
    "crowds-0-people": "90",
    "crowds-0-networks": "1",
}
WEEK = 7


class Filling(Founding):
    """What the company does with what it wrote."""

    def live(self) -> None:
        """Do all of it, in the order in which a company does."""
        self._set_up()
        self._write()
        self._review()
        self._publish()
        self._come(1)
        self._run()
        self._decide()
        # Weeks later the password is asked for again before a webhook is added.
        log_in(self.owner.browser, db.session.get_one(Person, 1))
        talk_to_machines(self.app, self.owner, self.texts)
        # What was sent before is over by now.
        self._come(1)
        with mailing_by(self.app, ""):
            self.owner.send(
                "/settings", "/settings/invitations", email=self.texts.email(), role="viewer"
            )
        self.links["invitation"] = f"/invitation/{shown_link(self.owner.browser)}"
        db.session.rollback()

    def _publish(self) -> None:
        """Two tests: one that runs, and one of another idea that will be over."""
        self.editor.send(
            "/releases/3/revisions/2/experiment", leave=NUMBERS, **RULE, visitors_live="elsewhere"
        )
        test = "/experiments/1"
        self.editor.send(test, f"{test}/variants", weight="1")
        drawn = {"logo": "", "hero": "", "photo": "", "accent": ""}
        self.editor.send(f"{test}/design", **drawn, hero_file=self._picture(), without="{}")
        self._choose(test)
        other = RULE | {"slug": "over", "visitors_live": "elsewhere"}
        self.editor.send("/releases/4/revisions/1/experiment", leave=NUMBERS, **other)
        self.editor.send("/experiments/2", "/experiments/2/variants", weight="1")
        self._choose("/experiments/2")
        self._start(1)

    def _choose(self, test: str) -> None:
        """What its visitors are asked."""
        choices = "\n".join([self.texts.text(80, without="\r\n"), "No"])
        self.editor.send(
            test,
            f"{test}/options",
            choices_1=choices,
            choices_2="",
            question_3="",
            choices_3="",
            link_url="https://chat.example.com/",
            preorder_url="",
            takes_questions="y",
            asks_for=["call"],
            retention_days="",
        )

    def _picture(self) -> tuple[BytesIO, str]:
        drawn = BytesIO()
        Pictures.new("RGB", (64, 64), "teal").save(drawn, "PNG")
        drawn.seek(0)
        return drawn, f"{self.texts.text(90)}.png"

    def _start(self, number: int) -> None:
        self.editor.send(f"/experiments/{number}/launch")
        self.approver.send(f"/experiments/{number}/launch", f"/experiments/{number}/start")

    def _come(self, number: int) -> None:
        """Visitors from made-up places, who say something wherever they can."""
        slug, emails = db.session.get_one(Experiment, number).slug, []
        for _ in range(3):
            visitor = self._typist(
                HTTP_USER_AGENT=f"{PHONE} {_header(self.texts.text(90))}",
                HTTP_REFERER=_header(f"https://evil.example/{self.texts.text(60)}"),
                HTTP_SEC_FETCH_SITE="same-origin",
                HTTP_ACCEPT_LANGUAGE=_header(self.texts.text(40)),
            )
            source = {"utm_source": self.texts.text(60), "utm_campaign": self.texts.text(60)}
            page = visitor.browser.get(f"/p/{slug}", query_string=source)
            token = re.findall(r'name="token" type="hidden" value="([^"]+)"', page.text)[0]
            visitor.post(f"/p/{slug}/seen", token, status=204)
            self.now.turn(minutes=1)
            emails.append(email := self.texts.email())
            thanks = visitor.send(
                f"/p/{slug}", "/signup", leave=("token",), email=email, website=""
            )
            runtime(self.app).recorder.flush()
            visitor.send(thanks.location, "/answers")
            visitor.send(f"/p/{slug}", "/ask", website="")
        # Who is suspected is written to by nobody.
        sent = [found[-1] for email in emails if (found := mails(self.app, email))]
        first, mail = sent[0], sent[-1]
        self.links["confirm"] = urlsplit(first.leave_url).path.replace("leave", "confirm")
        self.links["thanks"] = thanks.location
        self.links["mine"] = path = urlsplit(mail.leave_url).path.replace("leave", "mine")
        visitor.send(path)
        self.now.turn(minutes=1)
        visitor.post(path.replace("mine", "confirm"), {})

    def _run(self) -> None:
        """What a team writes down while a test runs; all but the wait is on one day."""
        test = "/experiments/1"
        self.now.turn(days=1)
        self.approver.send(test, "/pause")
        self.approver.post(f"{test}/resume", {"csrf_token": self._token(self.approver)})
        self._correct(test)
        today = f"{self.now():%Y-%m-%d}"
        self.editor.send(test, "/links", pick="campaign")
        self.editor.send(f"{test}/results/over-time", "/notes", day=today)
        visitors = f"{test}/results/visitors"
        self.editor.send(visitors, "/spend", first=today, last=today, amount="12", currency="EUR")
        self.approver.send(f"{test}/share", "/share/new", days="30")
        self.links["shared"] = link_in(self.approver, f"{test}/share", "shared")
        self.owner.browser.get("/p/runs")
        runtime(self.app).recorder.flush()
        group = f"out:source:{self._source()}"
        self.owner.send(
            f"{visitors}?group=", "/set-aside", group=group, before="They are no people."
        )
        self.editor.send("/releases/3", "/merge", question=self._asked())
        self._call()

    def _correct(self, test: str) -> None:
        """The longest text of the page gets a full stop more, and somebody else approves it."""
        texts = present_texts(db.session.get_one(Experiment, 1))
        place = max(texts, key=lambda each: len(texts[each]))
        typed = {place.name: f"{texts[place]}.", "why": self.texts.text(200), "confirm": "y"}
        token = {"csrf_token": self._token(self.editor), "read": digest_of(texts)}
        page = f"{test}/variants/{place.variant or 'control'}"
        self.editor.post(page, token | typed)
        self.approver.send(page, "/correct/approve")

    def _source(self) -> str:
        """One that a visitor made up."""
        return (
            db.session.scalars(sa.select(Sighting.source).where(Sighting.is_counted)).first() or ""
        )

    def _asked(self) -> str:
        return draft_of(db.session.get_one(Release, 3)).faq[0].question

    def _call(self) -> None:
        """A program of theirs says the same through the API."""
        typed = {"scopes": ["read", "write"], "days": "", "password": PASSWORD}
        self.owner.send("/settings/developers", "/settings/tokens", **typed)
        shown = self.owner.browser.get("/settings/developers").text
        headers = {
            "Authorization": f"Bearer {shown.split('readonly>')[1].split('<')[0].strip()}",
            "Idempotency-Key": _header(self.texts.text(200)).replace(" ", ""),
        }
        body = {"product": self.texts.text(120, without=ENDS), "form": "short", "language": "en"}
        program = self._typist().browser
        made = program.post("/api/v1/releases", json=body, headers=headers)
        assert made.status_code == 201, made.text

    def _decide(self) -> None:
        over = db.session.scalars(sa.select(Experiment).where(Experiment.id == 2)).one()
        rule = RULE | {"slug": "over"}
        self.editor.send("/experiments/2", "/experiments/2/edit", leave=NUMBERS, **rule)
        # A third one stays a draft.
        self.editor.post("/experiments/1/clone", {"csrf_token": self._token(self.editor)})
        self._start(2)
        self._come(2)
        crowd(over, (110, 5), (110, 14), days=range(WEEK))
        self.now.turn(days=WEEK + 1)
        self.approver.send("/experiments/2", "/end")
        self.owner.send("/experiments/2", "/experiments/2/after", afterwards="closed")
        decision = "/experiments/2/decision"
        self.approver.send(decision, choice="stop", before="Because it is so.")
        self.owner.send(decision, "/turn-down", before="Because it is so.")
        self.approver.send(decision, choice="go", before="Because it is so.")
        self.editor.send("/experiments/2/decision", "/experiments/2/learning")
        self._mark()
        self.editor.send("/experiments/2/decision", "/experiments/2/checklist")
        self.approver.send("/experiments/2/decision", "/experiments/2/closing", is_read="y")

    def _mark(self) -> None:
        """Say what became of the assumptions and open questions."""
        path = "/experiments/2/decision"
        actions = [urlsplit(form.action or "").path for form in self.editor.open(path).forms]
        for action in actions:
            if "/learning/" in action:
                key = action.rpartition("/")[2]
                self.editor.send(path, action, **{f"{key}-state": "confirmed"})


@dataclass(frozen=True)
class Filled:
    """Where the links lead that only somebody has who was sent one, and how much was typed."""

    links: Mapping[str, str]
    typed: int
    unfit: int


def fill_company() -> Filled:
    """Fill the database of the app, by the clock of the app."""
    return fill(runtime().now)  # type: ignore[arg-type]


def fill(now: HandClock, first: int = 0) -> Filled:
    """Fill the empty database with all payloads, the one at this place in the first field."""
    turned = PAYLOADS[first:] + PAYLOADS[:first]
    filling = Filling(current_app._get_current_object(), now, Texts(turned))  # type: ignore[attr-defined]
    filling.live()
    return Filled(filling.links, filling.texts.typed, filling.texts.unfit)


def _header(text: str) -> str:
    """As much of a text as a header can carry."""
    return "".join(each for each in text if 32 <= ord(each) < 127)
