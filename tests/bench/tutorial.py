"""The page as a tutorial would make it: session, look-ups, template and a commit for each request.

As honest as a floor must be: the same server, the demo's own text, look-ups by index, SQLite as it
comes. What it leaves out is all that we do beside: sources, machines, roll-ups, who objects.
"""

import json
import os
import random
import uuid

from flask import Flask, abort, render_template, session
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ text.headline }}</title></head>
<body>
<h1>{{ headline }}</h1>
{% for name, words in text.items() if words is string %}<section><h2>{{ name }}</h2>
{% for line in words.splitlines() if line %}<p>{{ line }}</p>
{% endfor %}</section>{% endfor %}
{% for each in text.faq %}<details><summary>{{ each.question }}</summary>
<p>{{ each.answer }}</p></details>
{% endfor %}
<form method="post" action="/signup">
<input name="email" type="email"><button>Sign up</button></form>
</body>
</html>
"""
FOLDER = os.environ.get("BENCH_FOLDER", ".")
TEXT = os.environ.get("BENCH_TEXT", "")


class Base(DeclarativeBase):
    """The tables below."""


db = SQLAlchemy(model_class=Base)


class Page(db.Model):  # type: ignore[name-defined, misc]
    """A landing page."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str]


class Variant(db.Model):  # type: ignore[name-defined, misc]
    """One of its headlines."""

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(index=True)
    headline: Mapped[str]


class Visit(db.Model):  # type: ignore[name-defined, misc]
    """Somebody who was shown a variant."""

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(index=True)
    variant_id: Mapped[int]
    visitor: Mapped[str] = mapped_column(index=True)


def make() -> Flask:
    """Return the app; its database is made where it is not there."""
    made = Flask("tutorial")
    made.jinja_loader = DictLoader({"page.html": PAGE})
    made.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{FOLDER}/tutorial.db"
    made.config["SECRET_KEY"] = "of a benchmark"
    db.init_app(made)
    made.add_url_rule("/p/<slug>", view_func=landing)
    with made.app_context():
        db.create_all()
        if not db.session.scalar(db.select(Page)):
            db.session.add(Page(id=1, slug="bench", text=TEXT))
            db.session.add_all(Variant(page_id=1, headline=f"Headline {each}") for each in "AB")
            db.session.commit()
    return made


def landing(slug: str) -> str:
    """Show the page, and count the visitor once."""
    page = db.session.scalar(db.select(Page).where(Page.slug == slug))
    if page is None:
        abort(404)
    visitor = session.setdefault("visitor", uuid.uuid4().hex)
    known = db.session.scalar(
        db.select(Visit).where(Visit.page_id == page.id, Visit.visitor == visitor)
    )
    variants = db.session.scalars(db.select(Variant).where(Variant.page_id == page.id)).all()
    if known is None:
        chosen = random.choice(variants)
        db.session.add(Visit(page_id=page.id, variant_id=chosen.id, visitor=visitor))
        db.session.commit()
    else:
        chosen = next(each for each in variants if each.id == known.variant_id)
    return render_template("page.html", text=json.loads(page.text), headline=chosen.headline)


app = make() if TEXT else Flask("nothing to show")
