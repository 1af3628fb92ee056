"""What people who sign up get by mail, and whether it asks them to confirm their email. Pure.

The one place that knows: pages, letters, sign-ups and the launch check ask here.
"""

from typing import NamedTuple

from wbtest.publishing.choices.options import Options


class FirstMail(NamedTuple):
    """The mail to people who sign up now.

    ``is_sent`` is whether there is one. ``asks_to_confirm`` says that its link confirms the email,
    ``skips_confirming`` that the page would ask for that, but no mail server is set.
    """

    is_sent: bool
    asks_to_confirm: bool
    skips_confirming: bool


def first_mail(options: Options, mail_url: str) -> FirstMail:
    """Return what is mailed to people who sign up, given the server's ``mail_url``, '' for none.

    >>> first_mail(Options(), mail_url="")
    FirstMail(is_sent=False, asks_to_confirm=False, skips_confirming=True)
    """
    has_mail = bool(mail_url)
    return FirstMail(
        is_sent=has_mail,
        asks_to_confirm=options.confirms and has_mail,
        skips_confirming=options.confirms and not has_mail,
    )
