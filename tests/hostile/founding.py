"""How the hostile company begins: it sets itself up, writes two releases and has one reviewed."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import LARDER, PASSWORD, make_old_approval, make_revision
from tests.hostile.machines import add_webhooks, mailing_by
from tests.hostile.payloads import Texts, flat
from tests.hostile.typist import Typist
from tests.team.doing import shown_link
from wbtest.extensions import db
from wbtest.team.models import Person
from wbtest.team.settings import make_setup_link
from wbtest.writing import document as documents
from wbtest.writing import editor_form
from wbtest.writing.document import Document, Evidence
from wbtest.writing.models import Release
from wbtest.writing.releases import find_revision
from wbtest.writing.text_rules import LONGEST_LINE

# Parts of a release that take one of a few values.
KEPT = ("language", "date", "until", "audience", "kind", "words")
ASSUMED = (Evidence("83 of 100 items", "assumed", "A guess."),)
LONGEST_PROSE = 700


class Founding:
    """The people of the company, each with a browser; ``links`` are those that only some have."""

    def __init__(self, app: Flask, now: HandClock, texts: Texts) -> None:
        self.app, self.now, self.texts = app, now, texts
        self.owner = self._typist()
        self.links: dict[str, str] = {}

    def _typist(self, **headers: str) -> Typist:
        browser = self.app.test_client()
        assert isinstance(browser, Browser)
        browser.environ_base = {**browser.environ_base, **headers}
        return Typist(browser, self.texts)

    def _set_up(self) -> None:
        path = f"/setup/{make_setup_link()}"
        contact = self.texts.email()
        email = self.texts.email()
        self.owner.send(path, email=email, password=PASSWORD, contact_email=contact)
        self._approve_alone()
        self.approver, self.editor = self._join("approver"), self._join("editor")
        self.viewer = self._join("viewer")
        self.owner.send("/settings/identity", contact_email=self.texts.email())
        jargon = "\n".join([*(flat(each.text) for each in self.texts.payloads), "seamless"])
        self.owner.send("/settings/coach", jargon=jargon)
        self.owner.send("/account")
        with mailing_by(self.app, "smtp://127.0.0.1:1"):
            account = {"new_email": self.texts.email(), "password": PASSWORD}
            self.owner.send("/account", "/account/email", **account)
        add_webhooks(self.owner, self.texts)

    def _join(self, role: str) -> Typist:
        # Without mail the page shows the link.
        with mailing_by(self.app, ""):
            self.owner.send(
                "/settings", "/settings/invitations", email=self.texts.email(), role=role
            )
        newcomer = self._typist()
        newcomer.send(f"/invitation/{shown_link(self.owner.browser)}", password=PASSWORD)
        return newcomer

    def _write(self) -> None:
        """Two releases, of which the first is frozen twice and the second is stopped."""
        for number in (2, 1):
            self.editor.send("/releases/new", before="Notes", leave=("html",))
            release = db.session.scalars(sa.select(Release).order_by(Release.id.desc())).first()
            assert release is not None
            token = {"csrf_token": self._token(self.editor)}
            self.editor.post(f"/releases/{release.id}/grow", token)
            self._save(release, "save")
            if number == 2:
                self.editor.send("/releases/2/preview", "/waive", before="It says so because")
            self._save(release, "freeze")
        self._save(db.session.get_one(Release, 3), "save")
        self._save(db.session.get_one(Release, 3), "freeze")
        self.approver.send("/releases/2/revisions/1", "/stop", weeks="3", before="Nobody wants it.")

    def _save(self, release: Release, verb: str) -> None:
        db.session.rollback()
        document = hostile_document(self.texts) if verb == "save" else draft_of(release)
        sheet = editor_form.sheet_of(document, release.form, release.version)
        fields = {field.name: field.text for field in editor_form.fields_of(sheet)}
        fields |= {"version": str(release.version), "shape": release.form}
        fields["csrf_token"] = self._token(self.editor)
        self.editor.post(f"/releases/{release.id}/{verb}", fields)

    def _token(self, typist: Typist) -> str:
        found: str = typist.open("/releases/new").xpath("//input[@name='csrf_token']/@value")[0]
        return found

    def _review(self) -> None:
        text, room = "/releases/3/revisions/2", "/releases/3/revisions/2/review"
        people = [str(each) for each in db.session.scalars(sa.select(Person.id))]
        self.editor.send(text, "/ask", members=people, minutes="20")
        self.editor.send(text, "/ask/links/new", email=self.texts.email(), days="14")
        self.links["guest"] = link_in(self.editor, text, "review") + "/2"
        for reader, path in (
            (self.approver, room),
            (self.editor, room),
            (self._typist(), self.links["guest"]),
        ):
            reader.send(path, "/answer", function="product")
            reader.post(f"{path}/finish", {"csrf_token": self._token_of(reader, path)})
            reader.send(path, "/close", verdict="another", rate="8", low="5", high="11")
            reader.send(f"{path}?change=1", "/comments", leave=("near",), words="", path="problem")
        self.editor.send(text, "/reply")
        self.approver.send(f"{text}?side=coach", "/waive", before="It says so because", pick="zq")
        self._approve()

    def _approve(self) -> None:
        """Approve the hostile text, and a copy of it, as if nobody had looked at them.

        Braces wait to be filled in, and nobody may approve a text that holds any.
        """
        found = find_revision(db.session.get_one(Release, 3), 2)
        assert found is not None
        text = draft_of(found.release)
        copied = {each.name: getattr(text, each.name) for each in fields(text)}
        for revision in (found, make_revision(db.session.get_one(Person, 1), **copied)):
            make_old_approval(revision, db.session.get_one(Person, 2))

    def _approve_alone(self) -> None:
        """A plain text on the first day, when there is nobody else."""
        make_revision(db.session.get_one(Person, 1))
        self.owner.send("/releases/1/revisions/1", "/approve", before="A second pair of eyes.")

    def _token_of(self, typist: Typist, path: str) -> str:
        found: str = typist.open(path).xpath("//input[@name='csrf_token']/@value")[0]
        return found


def hostile_document(texts: Texts) -> Document:
    """Return LARDER with something hostile behind each of its texts."""

    def behind(value: Any, path: str) -> Any:
        if isinstance(value, dict):
            return {
                name: text if name in KEPT else behind(text, f"{path}.{name}".lstrip("."))
                for name, text in value.items()
            }
        if isinstance(value, list):
            return [behind(each, path) for each in value]
        if not isinstance(value, str) or not value:
            return value
        longest = LONGEST_LINE.get(path.removesuffix("s"), LONGEST_LINE.get(path, LONGEST_PROSE))
        text = texts.text(longest, before=value)
        return " ".join(text.splitlines()) if path in LONGEST_LINE else text

    said = behind(
        documents.to_json(replace(LARDER, vision="A kitchen.", roadmap="First.", evidence=ASSUMED)),
        "",
    )
    return documents.from_json(said)


def draft_of(release: Release) -> Document:
    return documents.from_json(release.document)


def link_in(typist: Typist, path: str, kind: str) -> str:
    """Where a link leads that the page shows once."""
    found = re.search(rf"/{kind}/[\w-]{{20,}}", typist.browser.get(path).text)
    assert found is not None, path
    return found[0]
