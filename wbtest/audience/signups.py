"""Sign-ups: taken once per address and page, confirmed or erased by the link in our mail."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from wbtest.audience import letters, rollup, traffic
from wbtest.audience.browsers import Environ, agent_of, header_of, hints_of, is_opted_out
from wbtest.audience.events import Outcome, SignedUp
from wbtest.audience.models import Signup
from wbtest.audience.pages import words_beside
from wbtest.audience.recorder import Recorder
from wbtest.audience.visitors import Form, Visitor
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import clock, db
from wbtest.publishing.live import LiveExperiment
from wbtest.publishing.strings import strings_of
from wbtest.store import writing

CONFIRM_WITHIN = timedelta(days=30)
# Where somebody without a cookie came from, nobody knows any more.
UNKNOWN = "unknown"
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends the form: what it was printed for, and the visitor's cookie if there is one.

    ``excluded_because`` is '' for somebody who counts.
    """

    shown: Form
    visitor: Visitor | None
    environ: Environ
    excluded_because: str = ""

    @property
    def known(self) -> Visitor | None:
        """The visitor, unless the cookie tells of another variant or who sends it objects."""
        objects = self.excluded_because == "opted_out" or is_opted_out(self.environ)
        if self.visitor is None or objects:
            return None
        return self.visitor if self.visitor.variant == self.shown.variant else None


def sign_up(
    recorder: Recorder,
    live: LiveExperiment,
    sender: Sender,
    *,
    address: tuple[str, str],
    name: str,
    base_url: str,
) -> Outcome:
    """Store an address (its spelling and its key), and queue our mail to it, durably.

    An address that is there already stays as it is, and gets no second mail; one that was only
    suspected so far is new.
    """
    shown = sender.shown
    known = sender.known
    variant = live.find_variant(shown.variant) or live.control
    token = secrets.token_urlsafe(32)
    letter = letters.welcome(live, base_url, token)
    return recorder.sign_up(
        SignedUp(
            experiment_id=live.id,
            phase=known.phase if known else shown.phase,
            variant=shown.variant,
            visitor=known.visitor if known else "",
            at_us=int(clock.now().timestamp() * MICROSECONDS),
            source=known.source if known else UNKNOWN,
            device=known.device if known else traffic.device_of(agent_of(sender.environ)),
            language=known.language if known else _language(sender.environ),
            user_agent=agent_of(sender.environ),
            hints=hints_of(sender.environ),
            excluded_because=sender.excluded_because,
            email=address[0],
            email_key=address[1],
            name=name,
            consent=words_beside(live, variant, strings_of(variant.page)),
            token_hash=digest(token),
            subject=letter.subject,
            body=letter.body,
            leave_url=letter.leave_url,
        )
    )


def _language(environ: Environ) -> str:
    return traffic.language_of(header_of(environ, "HTTP_ACCEPT_LANGUAGE"))


def find_signup(token: str) -> Signup | None:
    """Return the sign-up to which our mail with this token went, or None."""
    return db.session.scalars(
        db.select(Signup).where(Signup.token_hash == digest(token))
    ).one_or_none()


def can_confirm(signup: Signup, now: datetime) -> bool:
    """Whether the link still confirms, which it does for 30 days."""
    return now.timestamp() - signup.at_us / MICROSECONDS <= CONFIRM_WITHIN.total_seconds()


def confirm(token: str) -> None:
    """Mark the address of this token as confirmed by whoever reads its mail; once, for good."""
    with writing() as session:
        rollup.confirm(session, digest(token), int(clock.now().timestamp() * MICROSECONDS))


def leave(token: str) -> bool:
    """Erase address, name and consent of this token, and our mail to it; False without any."""
    with writing() as session:
        is_erased = rollup.erase(session, digest(token), clock.now())
        if is_erased:
            is_ours = OutboxMail.leave_url.endswith(f"/{token}", autoescape=True)
            session.execute(db.delete(OutboxMail).where(is_ours))
    return is_erased


def digest(token: str) -> str:
    """What we keep of a token: somebody who reads the database cannot use it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
