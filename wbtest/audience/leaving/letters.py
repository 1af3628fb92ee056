"""The mail with the decision: the team's words, why it comes, until when the address is kept."""

from collections.abc import Callable

from wbtest.audience.leaving.dates import in_words
from wbtest.audience.leaving.terms import terms_of
from wbtest.audience.signing.letters import Letter, Line, as_html, as_text
from wbtest.publishing.corrections import page_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_strings import strings_of
from wbtest.runtime import runtime
from wbtest.team.access import get_team

DECISIONS = ("go", "iterate", "stop")


def proposed_text(experiment: Experiment, decision: str) -> str:
    """Return what may be said of a decision (go, iterate or stop), in the page's language."""
    page = page_of(experiment)
    strings = strings_of(page)
    texts = (strings.closing_go, strings.closing_iterate, strings.closing_stop)
    return dict(zip(DECISIONS, texts, strict=True))[decision].format(product=page.product)


def last_letter(experiment: Experiment, text: str = "") -> Callable[[str], Letter]:
    """Return what makes the mail of an ended experiment from the token of its way out.

    ``text`` stands for a letter that is still being written.
    """
    page = page_of(experiment)
    strings = strings_of(page)
    base_url = runtime().settings.base_url
    page_url = f"{base_url}/p/{experiment.slug}"
    last_day = in_words(terms_of(experiment).last_day, strings)
    team = get_team()
    paragraphs = (text or experiment.last_letter).split("\n\n")
    subject = strings.closing_subject.format(product=page.product)

    def write(token: str) -> Letter:
        leave_url = f"{base_url}/leave/{token}"
        lines = [
            *(Line(paragraph.strip()) for paragraph in paragraphs if paragraph.strip()),
            Line(strings.closing_why.format(product=page.product, page=page_url)),
            Line(strings.closing_leave.format(date=last_day), leave_url, strings.leave_button),
            Line(f"{team.controller}\n{team.contact_email}"),
        ]
        return Letter(subject, as_text(lines), as_html(lines, strings, page.look), leave_url)

    return write
