"""Links that show a test's figures to outsiders, and the page on which members make them.

Only a hash of the token is kept. Who typed the password gets a signed cookie for this link alone,
which ends by itself, and at once when the link gets another token or password.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import joinedload
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional

from wbtest.extensions import clock, db, runtime
from wbtest.forms import TypedForm, add_form_error, form_on
from wbtest.publishing.models import Experiment, name_of_test
from wbtest.results.figures import check_started
from wbtest.results.models import SharedLink
from wbtest.results.views import bp
from wbtest.review.forms import WholeField
from wbtest.review.reviewers import hash_of
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team import access, passwords, rate_limits
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.team.people import hash_good_password
from wbtest.writing.text_rules import find_fault

USUAL_DAYS = 30
MOST_DAYS = 90
MOST_LINKS = 20
LONGEST_LABEL = 80
PASS_LIFE = timedelta(hours=2)
SHARE_ADDRESS = "/experiments/<int:experiment_id>/share"
# Between making a link and showing it once, its token waits in the session of who made it.
FRESH = "fresh shared link"
# Made once, since to put it together takes longer than to run it.
_COUNT_OPEN = select(func.count()).where(
    SharedLink.experiment_id == bindparam("experiment_id"),
    SharedLink.revoked_at.is_(None),
    SharedLink.expires_at > bindparam("now"),
)


class TooManyShared(Refused):
    """As many links of one experiment are open as one can keep an eye on."""


def create_shared_link(
    experiment: Experiment,
    person: Person,
    label: str,
    days: int = USUAL_DAYS,
    password: str = "",
) -> tuple[SharedLink, str]:
    """Make a link for whom ``label`` says, open for ``days``; return it with its token.

    Nobody can learn the token later: it is to be shown now. With a ``password`` the link asks for
    it. Raises NotStarted, TooManyShared, or Invalid at label, days or password.
    """
    label = " ".join(label.split())
    if not label:
        raise Invalid("label", "Say who the link is for, so you know whose access to remove.")
    if fault := find_fault(label, LONGEST_LABEL):
        raise Invalid("label", fault)
    _check_days(days)
    # Hashing takes a while, so it stays out of the lock.
    password_hash = hash_good_password(password) if password else ""
    with writing() as session:
        hold(experiment)
        check_started(experiment)
        _refuse_too_many(experiment)
        newest = select(func.max(SharedLink.number)).where(_is_of(experiment))
        token = secrets.token_urlsafe(24)
        link = SharedLink(
            experiment_id=experiment.id,
            number=(session.scalar(newest) or 0) + 1,
            label=label,
            token_hash=hash_of(token),
            password_hash=password_hash,
            made_by_id=person.id,
            made_at=clock.now(),
            expires_at=clock.now() + timedelta(days=days),
        )
        session.add(link)
        session.flush()
        record("shared_link.made", _whose(link), by=person)
    return link, token


def renew_shared_link(link: SharedLink, person: Person, days: int = USUAL_DAYS) -> str:
    """Give a link a new token and return it; the old one stops working. The password stays.

    Raises Invalid at days, and TooManyShared.
    """
    _check_days(days)
    with writing():
        hold(link.experiment)
        hold(link)
        if is_over(link):
            _refuse_too_many(link.experiment)
        token = secrets.token_urlsafe(24)
        link.token_hash = hash_of(token)
        link.expires_at = clock.now() + timedelta(days=days)
        link.revoked_at = None
        record("shared_link.renewed", _whose(link), by=person)
    return token


def revoke_shared_link(link: SharedLink, person: Person) -> None:
    """Close a link from now on; one that is closed stays so."""
    with writing():
        hold(link)
        if link.revoked_at is None:
            link.revoked_at = clock.now()
            record("shared_link.revoked", _whose(link), by=person)


def note_opened(link: SharedLink) -> None:
    """Count that somebody opened the link today, in the experiment's time zone."""
    today = clock.now().astimezone(ZoneInfo(link.experiment.time_zone)).date()
    is_it = (_is_of(link.experiment), SharedLink.number == link.number)
    opened = update(SharedLink).where(*is_it)
    with writing() as session:
        # Added up by the database, so that of two at once both are counted.
        session.execute(opened.values(opened=SharedLink.opened + 1, opened_on=today))


def find_shared_link(token: str) -> SharedLink | None:
    """The link of this token, also when it is over; None when there never was one."""
    return db.session.scalars(
        select(SharedLink).where(SharedLink.token_hash == hash_of(token))
    ).first()


def shared_links_of(experiment: Experiment) -> list[SharedLink]:
    """Every link of the experiment, the newest first, also those that are over."""
    query = (
        select(SharedLink)
        .where(_is_of(experiment))
        .options(joinedload(SharedLink.made_by))
        .order_by(SharedLink.number.desc())
    )
    return list(db.session.scalars(query))


def count_open(experiment: Experiment) -> int:
    """How many links of the experiment are open."""
    asked = {"experiment_id": experiment.id, "now": clock.now()}
    return db.session.scalar(_COUNT_OPEN, asked) or 0


def is_over(link: SharedLink) -> bool:
    """Whether a link was closed or expired."""
    return link.revoked_at is not None or link.expires_at <= clock.now()


def _is_of(experiment: Experiment) -> ColumnElement[bool]:
    return SharedLink.experiment_id == experiment.id


def _check_days(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("days", f"A link works for 1 to {MOST_DAYS} days.")


def _refuse_too_many(experiment: Experiment) -> None:
    if count_open(experiment) >= MOST_LINKS:
        raise TooManyShared(
            f"{MOST_LINKS} links are open. Remove access for one before you create another."
        )


def _whose(link: SharedLink) -> str:
    return f"“{link.label}”: {name_of_test(link.experiment)}"


def cookie_name() -> str:
    """Name of the cookie; it is sent to the address of one link, so it cannot be ``__Host-``."""
    return "__Secure-wb-shared" if runtime().settings.is_https else "wb-shared"


def may_open(link: SharedLink, cookies: Mapping[str, str]) -> bool:
    """Whether the link asks for no password, or the pass in the cookie is its own and still good.

    False for anything else that a cookie may hold.
    """
    if not link.password_hash:
        return True
    given = cookies.get(cookie_name(), "")
    until, _, signature = given.partition(".")
    if not (given.isascii() and until.isdigit() and len(until) <= 12):
        return False
    is_ours = hmac.compare_digest(signature, _sign(link, until))
    return is_ours and clock.now() < datetime.fromtimestamp(int(until), UTC)


def check_password(link: SharedLink, password: str) -> None:
    """Raise Invalid unless this is the link's password, and RateLimited where somebody guesses."""
    with passwords.count_try(f"shared link {link.token_hash}"):
        if not passwords.is_right(link.password_hash or None, password):
            message = "That’s not the password for this link. Check it and try again."
            raise Invalid("password", message)


def make_pass(link: SharedLink) -> str:
    """Return what the cookie holds for two hours."""
    until = str(int((clock.now() + PASS_LIFE).timestamp()))
    return f"{until}.{_sign(link, until)}"


def _sign(link: SharedLink, until: str) -> str:
    # The purpose is part of what is signed, so no other signature of ours can stand in for it.
    secret = runtime().settings.secret_key
    claim = f"shared:{link.token_hash}:{link.password_hash}:{until}"
    return hmac.new(secret.encode(), claim.encode(), hashlib.sha256).hexdigest()


DAYS = f"Enter 1 to {MOST_DAYS} days."


class ShareForm(TypedForm):
    """A new link; the verb refuses what cannot be kept."""

    label = StringField("Who it’s for", [InputRequired("Enter who the link is for.")], default="")
    days = WholeField("Valid for", [InputRequired(DAYS), NumberRange(1, MOST_DAYS, DAYS)])
    password = PasswordField("Password", [Optional()], default="")


@bp.get(SHARE_ADDRESS)
@access.requires("read")
def share(experiment_id: int) -> ResponseReturnValue:
    """Who may look from outside: every link, until when, and how often it was opened."""
    return _share_page(access.get(Experiment, experiment_id, "read"), _new_form())


@bp.route(f"{SHARE_ADDRESS}/new", methods=["GET", "POST"])
@access.requires("approve")
@form_on(".share")
@rate_limits.per_ip(60, rate_limits.HOUR)
def new_shared(experiment_id: int) -> ResponseReturnValue:
    """Make a link for somebody outside."""
    experiment = access.get(Experiment, experiment_id, "approve")
    form = ShareForm()
    status = 422
    if form.validate_on_submit():
        typed = form.label.data or "", form.days.data or 0, form.password.data or ""
        try:
            made = create_shared_link(experiment, access.person(), *typed)
        except Refused as refused:
            add_form_error(form, refused)
            status = refused.status
        else:
            return _show_once(*made)
    return _share_page(experiment, form), status


@bp.post(f"{SHARE_ADDRESS}/<int:number>/renew")
@access.requires("approve")
@rate_limits.per_ip(60, rate_limits.HOUR)
def renew_shared(experiment_id: int, number: int) -> ResponseReturnValue:
    """Give a link a new address."""
    link = _get_link(experiment_id, number)
    return _show_once(link, renew_shared_link(link, access.person()))


@bp.post(f"{SHARE_ADDRESS}/<int:number>/revoke")
@access.requires("approve")
def revoke_shared(experiment_id: int, number: int) -> ResponseReturnValue:
    """Close a link."""
    link = _get_link(experiment_id, number)
    revoke_shared_link(link, access.person())
    flash("Access removed.")
    return redirect(url_for(".share", experiment_id=experiment_id), 303)


def _get_link(experiment_id: int, number: int) -> SharedLink:
    """A link of an experiment that the asking person may approve; 404 when there is none."""
    experiment = access.get(Experiment, experiment_id, "approve")
    found = next((link for link in shared_links_of(experiment) if link.number == number), None)
    if found is None:
        abort(404)
    return found


def _new_form() -> ShareForm:
    return ShareForm(None, data={"days": USUAL_DAYS})


def _share_page(experiment: Experiment, form: ShareForm) -> str:
    shared = shared_links_of(experiment)
    return render_template(
        "results/share.html",
        experiment=experiment,
        form=form,
        links=[(link, not is_over(link)) for link in shared],
        fresh=_take_fresh(experiment, shared),
        usual_days=USUAL_DAYS,
        most_links=MOST_LINKS,
    )


def _show_once(link: SharedLink, token: str) -> ResponseReturnValue:
    session[FRESH] = [link.experiment_id, link.number, token]
    return redirect(url_for(".share", experiment_id=link.experiment_id), 303)


def _take_fresh(experiment: Experiment, shared: list[SharedLink]) -> tuple[SharedLink, str] | None:
    """The link that was just made and its address; asked once more, there is none."""
    experiment_id, number, token = session.get(FRESH, (0, 0, ""))
    found = next((link for link in shared if link.number == number), None)
    if experiment_id != experiment.id or found is None:
        return None
    # Only the page that shows it uses it up; the same page of another experiment does not.
    del session[FRESH]
    base_url = runtime().settings.base_url
    return found, f"{base_url}{url_for('.shared', token=token)}"
