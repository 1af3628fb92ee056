"""The mails about an account. Pure: no name and no typed text stands in them but addresses."""

from wbtest.letter import Letter


def reset_link(url: str) -> Letter:
    """Return the mail to somebody who lost a password."""
    return _letter(
        "A new password for wbtest",
        "Somebody asked for a new password for your log-in. Choose it here, within an hour:",
        url,
        "If that was not you, do nothing: your password stays as it is.",
    )


def was_reset(reset_url: str) -> Letter:
    """Return the mail that says that a password was set by link."""
    return _letter(
        "Your password for wbtest is new",
        "A new password was set for your log-in by a link from our mail, and all devices are"
        " logged out.",
        f"If that was not you, somebody reads your mail. Secure your mailbox first, then choose"
        f" another password: {reset_url}",
    )


def email_asked(new_email: str, reset_url: str) -> Letter:
    """Return the mail to the old address, while nothing is changed yet."""
    return _letter(
        "Somebody asks to change your e-mail for wbtest",
        f"Somebody who knows your password asks to log in with {new_email} from now on. Nothing"
        " changes before the new address is confirmed.",
        "If that was you, open the link in the mail that went there.",
        f"If that was not you, choose a new password now, which stops it: {reset_url}",
    )


def email_link(url: str) -> Letter:
    """Return the mail to the new address."""
    return _letter(
        "Confirm your new e-mail for wbtest",
        "Somebody wants to log in to wbtest with this address. If that is you, say so here, within"
        " an hour:",
        url,
        "If that was not you, do nothing: without your yes the address is not used.",
    )


def email_taken(login_url: str) -> Letter:
    """Return the mail to a new address that has a log-in of its own."""
    return _letter(
        "Somebody wanted to use your e-mail for wbtest",
        "Somebody asked to log in with this address, but it has a log-in already. Nothing changed.",
        f"If that was you, log in with it instead: {login_url}",
        "If that was not you, there is nothing to do.",
    )


def email_changed(new_email: str) -> Letter:
    """Return the mail to the old address, after the change."""
    return _letter(
        "Your e-mail for wbtest is changed",
        f"Your log-in is {new_email} from now on; this address opens nothing any more.",
        "If that was not you, tell whoever runs your wbtest server at once.",
    )


def _letter(subject: str, *paragraphs: str) -> Letter:
    return Letter(subject, "\n\n".join(paragraphs) + "\n")
