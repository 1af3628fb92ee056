"""The mail to an address that was just left: what for, how to confirm it, how to have it erased."""

from typing import NamedTuple

from wbtest.publishing.live import LiveExperiment
from wbtest.publishing.strings import strings_of


class Letter(NamedTuple):
    """A mail in plain text; ``leave_url`` is also what a mail program's own button posts to."""

    subject: str
    body: str
    leave_url: str


def welcome(live: LiveExperiment, base_url: str, token: str) -> Letter:
    """Return the mail in the page's language. Whoever holds ``token`` can confirm and leave."""
    page = live.control.page
    strings = strings_of(page)
    product = page.product
    leave_url = f"{base_url}/leave/{token}"
    parts = [
        strings.mail_why.format(product=product, page=f"{base_url}/p/{live.slug}"),
        # The page itself may have left this out until the click; here it is always said.
        strings.not_yet.format(product=product),
        f"{strings.mail_confirm}\n{base_url}/confirm/{token}",
        f"{strings.mail_leave}\n{leave_url}",
        f"{live.controller}\n{live.contact}",
    ]
    subject = strings.mail_subject.format(product=product)
    return Letter(subject, "\n\n".join(parts) + "\n", leave_url)
