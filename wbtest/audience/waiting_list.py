"""The waiting list that may stand in the place of a test that is over. Pure.

Nobody's visit is recorded, no cookie is set, and whoever joins never enters the figures.
"""

from wbtest.audience import visitors
from wbtest.audience.retention_terms import date_in_words, terms_of_page
from wbtest.audience.visitors import FormToken
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.page_strings import PageStrings

# The reason under which its sign-ups are kept.
WAITING = "waiting"
# Ends the key of its sign-ups. No address holds a blank.
LIST_MARK = " (waiting list)"


def joins(live: LiveExperiment, form: FormToken | None) -> bool:
    """Whether a form of this page is one of the waiting list; one from before is the test's."""
    return bool(live.waiting) and (form is None or form.kind == "list")


def list_key(email_key: str) -> str:
    """Return the key under which an address stands on the list.

    Who signed up for the test and later joins the list has agreed twice, to be kept for different
    times. So there are two rows: the one goes with the test, the other stays with the list.
    """
    return email_key + LIST_MARK


def keys_of(email_key: str) -> tuple[str, str]:
    """Return both keys under which this address may stand: that of the test, and of the list.

    >>> keys_of(list_key("mia@x.io")) == keys_of("mia@x.io")
    True
    """
    plain = email_key.removesuffix(LIST_MARK)
    return plain, list_key(plain)


def list_token(live: LiveExperiment, at: float) -> str:
    """Return what the forms of the list carry in the hour of ``at``, in seconds since 1970."""
    form = FormToken(live.id, "list", live.waiting, visitors.utc_hour(at), len(live.before))
    return visitors.sign_form(live.identity_key, form)


def promise(live: LiveExperiment, strings: PageStrings, usual_days: int) -> tuple[str, str]:
    """Return what stands beside the list's form: what it is, and what becomes of an address.

    ``usual_days`` is how long the server keeps addresses where the page says nothing else.
    """
    product = live.control.page.product
    terms = terms_of_page(live, usual_days)
    last = terms.list_last_day or terms.last_day
    return (
        strings.waiting.format(product=product),
        strings.waiting_text.format(product=product, date=date_in_words(last, strings)),
    )
