"""The words of the tool itself on public pages, in the languages it speaks. Pure.

What the team wrote is in ``copy``; here is only what stands around it. English is written below,
other languages in ``languages/<code>.toml``, where a missing entry falls back to English. Braces
name what a template fills in: ``{product}``, ``{speaker}``, ``{controller}``, ``{contact}``,
``{days}``, ``{page}`` (the address of the page).
"""

import tomllib
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from wbtest.publishing.copy import PageCopy

LANGUAGES = Path(__file__).with_name("languages")


@dataclass(frozen=True, slots=True)
class PageStrings:
    """Every sentence of the tool that a visitor can read; ``language`` and ``dir`` are its own."""

    language: str = "en"
    dir: str = "ltr"

    # The page
    today: str = "Today"
    difference: str = "The difference"
    with_product: str = "With {product}"
    why_now: str = "Why now"
    imagined: str = "Imagined. Nobody has used {product} yet."
    imagined_by: str = "Imagined customer: {speaker}. Nobody has used {product} yet."
    imagined_quietly: str = "Imagined, as a customer might say it."
    imagined_quietly_by: str = "Imagined customer: {speaker}."
    questions: str = "Questions"
    again: str = "Be among the first"
    cookie: str = "One cookie keeps this page the same for you."
    privacy: str = "Privacy"
    object_link: str = "Do not count me"
    preview: str = "Preview. Nobody is counted here."
    from_short: str = "From a short press release."
    approved_alone: str = "Approved alone, on day one."

    # The form
    your_email: str = "Your e-mail"
    your_name: str = "Your name"
    optional: str = "optional"
    leave_empty: str = "Leave this empty"
    not_yet: str = "{product} does not exist yet."
    not_yet_why: str = (
        "We are finding out whether to build it; leave your address and we tell you either way."
    )
    promise: str = "We write to you about {product} and nothing else."
    email_missing: str = "Type your e-mail address."
    email_wrong: str = "This is not a whole e-mail address. Please check it."
    name_long: str = "This name is too long. A shorter form will do."
    form_old: str = "This page was open for a long time. Please send the form once more."
    try_later: str = "That did not reach us. Please try again in a minute."
    too_many: str = "Many addresses came from your network. Please try again in an hour."

    # After the form
    thanks: str = "Thank you. We have your address."
    thanks_next: str = "We write to you when we have decided, whether it is a yes or a no."
    first_the_truth: str = "Before anything else: {product} does not exist yet."
    truth_why: str = (
        "We showed you the page as if it did, to learn whether we should build it. "
        "You have bought nothing and owe nothing."
    )
    back: str = "Back to the page"

    # Our mail to a new address
    mail_subject: str = "{product}: is this your address?"
    mail_why: str = "This address was left for {product} at {page}."
    mail_confirm: str = "If that was you, please confirm it on this page:"
    mail_leave: str = (
        "If it was not you, or whenever you change your mind, have it erased on this page:"
    )

    # Confirming and leaving, by the links in our mail
    confirm: str = "Is this your address?"
    confirm_text: str = "Say yes, and we write to you about {product}."
    confirm_button: str = "Yes, it is mine"
    confirmed: str = "Thank you. Your address is confirmed."
    leave: str = "Leave, and have your address erased?"
    leave_text: str = (
        "We erase your address and your name. That somebody signed up stays in our count, without "
        "your name. You hear nothing more about {product}."
    )
    leave_button: str = "Erase my address"
    left: str = "Your address is erased."
    left_text: str = "You hear nothing more about {product}."
    link_over: str = "This link no longer works."
    link_over_text: str = "It was used already, or it is too old."

    # Not being counted
    object_title: str = "Not being counted"
    object_text: str = (
        "Press the button, and your visits to this page are not counted from now on, in this "
        "browser. A cookie without any number in it remembers that. The page stays as it is."
    )
    object_button: str = "Do not count me"
    objected: str = "Your visits are not counted."
    objected_text: str = "It holds for this page in this browser, until you delete its cookies."

    # A page that rests or is over
    paused: str = "This page is resting."
    paused_text: str = "Please come back in a while."
    ended: str = "This page is closed."
    ended_text: str = "It takes no more addresses. Whoever left one hears from us."

    # Privacy
    responsible: str = "Who is responsible"
    responsible_text: str = "{controller} is responsible for this page. Write to {contact}."
    visit: str = "When you open the page"
    visit_text: str = (
        "We store which version of the page you got, whether it was on your screen, when, through "
        "which link you came, and whether you used a phone or a computer. We do not store your IP "
        "address or what your browser calls itself. We count visits to decide what to build: that "
        "is our legitimate interest (GDPR, article 6(1)(f))."
    )
    one_cookie: str = "One cookie"
    one_cookie_text: str = (
        "It holds a random number for this page alone, so that you see the same version each time. "
        "It lasts 13 months at most. No other company receives anything."
    )
    address: str = "When you leave your address"
    address_text: str = (
        "We store your e-mail address, your name if you give it, the time, and the words beside "
        "the button. We use them to write to you about {product}, with your consent (GDPR, "
        "article 6(1)(a)). You can withdraw it at any time by the link in each e-mail."
    )
    how_long: str = "How long"
    how_long_text: str = (
        "For {days} days at most; then we erase it. Totals in which nobody can be recognised stay."
    )
    rights: str = "What you can ask for"
    rights_text: str = (
        "A copy of what we store about you, its correction or erasure, and not to be counted. "
        "If we fail you, you can complain to your data protection authority. If your browser "
        "sends Global Privacy Control, we store nothing about your visit."
    )


@cache
def strings_for(language: str) -> PageStrings:
    """Return the strings for a language tag, by its first part; English for one we do not speak.

    >>> strings_for("de-AT").language, strings_for("tlh").language
    ('de', 'en')
    """
    spoken = {file.stem: file for file in LANGUAGES.glob("*.toml")}
    code = language.lower().partition("-")[0]
    if code not in spoken:
        return PageStrings()
    return PageStrings(**tomllib.loads(spoken[code].read_text(encoding="utf-8")))


def strings_of(page: PageCopy) -> PageStrings:
    """Return the strings of a page: those of its language, with the words that its team changed."""
    return _changed(page.language, page.wording)


@lru_cache(maxsize=1024)
def _changed(language: str, wording: tuple[tuple[str, str], ...]) -> PageStrings:
    return replace(strings_for(language), **dict(wording))
