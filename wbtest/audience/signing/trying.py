"""A try of the own sign-up: somebody of the team leaves their own address on a preview.

The mail is a real one, so that the launch check knows whether mail arrives. Without a mail server
there is none, as for visitors. Nothing is counted.
"""

from wbtest.audience.signing import letters
from wbtest.audience.visitors import NotAnEmail, read_email
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import clock
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import FirstMail
from wbtest.store import hold, writing
from wbtest.team.models import Person

# The first part of what stands in the place of a token in the links of the mail.
TRY = "try"


def is_own(person: Person, email_key: str) -> bool:
    """Whether this is the address with which the person logs in."""
    try:
        return read_email(person.email)[1] == email_key
    except NotAnEmail:
        return False


def try_sign_up(
    experiment: Experiment, live: LiveExperiment, person: Person, mail: FirstMail, base_url: str
) -> None:
    """Queue the ``mail`` of a sign-up to the person, and remember that somebody tried."""
    with writing():
        hold(experiment)
        experiment.tried_at, experiment.tried_message_id = clock.now(), ""
        if mail.is_sent:
            letter = letters.welcome(live, base_url, f"{TRY}/{live.slug}", mail)
            queued = queue_mail(
                recipient=person.email,
                subject=letter.subject,
                body=letter.body,
                html=letter.html,
                leave_url=letter.leave_url,
            )
            experiment.tried_message_id = queued.message_id
