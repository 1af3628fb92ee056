"""The launch check: what must not be, and what must be seen, before strangers come. Pure.

It looks at the draft and its pages, and at what is around them: address, mail, visitors, how they
are counted. Nobody can pay on a page, since its form takes an address: a button that says otherwise
promises what the click does not do. Such words are looked up in the page's language and in English.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct

from wbtest.networks import Reach, network_of
from wbtest.publishing import page_copy, page_options
from wbtest.publishing.page_copy import PageCopy
from wbtest.publishing.page_options import ELSEWHERE, FirstMail, Options
from wbtest.publishing.planner import Objection
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.target_calculator import LOWER
from wbtest.writing.text_rules import joined

Kind = Literal["blocker", "warning", "fine"]
# How far the team's own try has come: nobody tried, there was no mail, or the state of its mail.
Try = Literal["", "unmailed", "waiting", "sent", "failed", "bounced"]
# What each thing that was looked at is called, in the history and the sealed text too.
NAMES = {
    "approval": "Approval",
    "newest": "Newest revision",
    "text": "Text",
    "end": "Last day",
    "controller": "Public identity",
    "stop": "Can say stop",
    "disclosure": "Disclosure",
    "quote": "Customer’s quote",
    "payment": "No payment",
    "variants": "Variants differ",
    "look": "Contrast and pictures",
    "options": "Visitor settings",
    "preorder": "Pre-order",
    "address": "Web address",
    "networks": "Visitors’ networks",
    "mail": "Email",
    "tried": "Test sign-up",
    "traffic": "Enough visitors",
    "maximum": "Maximum visitors",
    "compared": "Number of variants",
    "floor": "Floor and target",
    "need": "Target and need",
    "crowds": "Announced crowds",
    "region": "Where visitors live",
    "counting": "How visitors are counted",
    "sources": "Shared sources",
    "team": "Team not counted",
}
# The page on which each thing is fixed that a start lacks anyway.
WHERE_MISSING = {
    "approval": "revision",
    "newest": "newest",
    "text": "release",
    "end": "rule",
    "controller": "team",
}
# Spaces and hyphens stand for each other; Japanese is not cut into words.
WORDS = {
    "en": "buy|buy now|pay|pay now|purchase|checkout|check out|order|order now|place order"
    "|add to cart|add to basket|subscribe and pay",
    "de": "kaufen|jetzt kaufen|bezahlen|jetzt bezahlen|zahlen|bestellen|jetzt bestellen"
    "|zahlungspflichtig bestellen|zur kasse|in den warenkorb",
    "fr": "acheter|acheter maintenant|payer|payer maintenant|commander|commander maintenant"
    "|ajouter au panier|passer commande",
    "es": "comprar|comprar ahora|pagar|pagar ahora|pedir ahora|añadir al carrito|realizar pedido",
    "ja": "購入|購入する|今すぐ購入|支払う|注文|注文する|今すぐ注文|カートに入れる",
    "ar": "اشتر|اشتر الآن|شراء|ادفع|ادفع الآن|اطلب الآن|أضف إلى السلة",
}
UNSPACED = ("ja",)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Names that only a local network knows.
LOCAL_NAMES = (".internal", ".lan", ".local", ".localhost")
NEVER_SENT = "This page hasn’t sent an email yet."


class Finding(NamedTuple):
    """One thing that was looked at: what is the case, and what to do about it.

    A blocker stops the start, a warning must be seen. ``where`` names the page on which it is
    fixed, '' for none.
    """

    kind: Kind
    what: str
    sentence: str
    todo: str = ""
    where: str = ""

    @property
    def name(self) -> str:
        return NAMES[self.what]


class Situation(Struct, frozen=True):
    """Everything the launch check looks at.

    ``missing`` are kind and sentence of what a start lacks anyway. ``pages`` are name and page of
    each variant, the control first. ``daily`` are the visitors a day that the team expects, None
    while it said nothing; ``objections`` are the planner's. ``rivals`` are the addresses of other
    open pages with the sources that both count by name. ``conflicts`` say where the options
    contradict the rule or a page. ``crowds_over`` are the names of announced crowds whose time is
    over before the start. ``reach`` is how who looks reached the server.
    """

    missing: Sequence[tuple[str, str]]
    rule: Hypothesis
    pages: Sequence[tuple[str, PageCopy]]
    options: Options
    base_url: str
    first_mail: FirstMail
    tried: Try
    daily: int | None
    objections: Sequence[Objection] = ()
    rivals: Sequence[tuple[str, Sequence[str]]] = ()
    look_faults: Sequence[str] = ()
    conflicts: Sequence[str] = ()
    crowds_over: Sequence[str] = ()
    reach: Reach = ""


def find_demand(page: PageCopy) -> str:
    """Return what a page says to make somebody pay, '' for nothing.

    The button's whole words are compared, so “Order from chaos” is no order; of the sentence
    beside it only its beginning.
    """
    language = page.language.lower().partition("-")[0]
    phrases = {
        phrase for code in {language, "en"} for phrase in WORDS.get(code, "").split("|") if phrase
    }
    label, text = _plain(page.cta_label), _plain(page.cta_text)
    if label in phrases:
        return page.cta_label
    longer = [phrase for phrase in phrases if " " in phrase or language in UNSPACED]
    return page.cta_text if any(text.startswith(phrase) for phrase in longer) else ""


def _plain(text: str) -> str:
    words = re.sub(r"[^\w]+", " ", text.casefold()).split()
    return " ".join(words)


def check_address(now: Situation) -> Iterator[Finding]:
    parts = urlsplit(now.base_url)
    if parts.hostname in LOOPBACK:
        yield Finding(
            "warning",
            "address",
            f"{now.base_url} opens only on this computer, so strangers can’t visit.",
            "Ask your server admin to set WBTEST_BASE_URL.",
        )
    elif parts.scheme != "https":
        yield Finding(
            "warning",
            "address",
            f"{now.base_url} is not encrypted: browsers call the page not secure.",
            "Ask your server admin to set WBTEST_BASE_URL to an https address.",
        )
    else:
        yield Finding("fine", "address", f"The page is at {now.base_url}, encrypted.")


def check_networks(now: Situation) -> Iterator[Finding]:
    """Whether visitors’ networks can be told apart, as far as who looks shows it."""
    if now.reach == "untold":
        yield Finding(
            "warning",
            "networks",
            "There is a proxy in front, and the server doesn’t know of it. All visitors seem to "
            "come from one network.",
            "Ask the person who runs the server to set WBTEST_TRUSTED_PROXIES to the number of "
            "proxies.",
        )
    elif now.reach == "private" and _is_public(now.base_url):
        yield Finding(
            "warning",
            "networks",
            "You reach this server from a private address. If visitors do too, a proxy hides "
            "their networks.",
            "Ask the person who runs the server to check WBTEST_TRUSTED_PROXIES with "
            "`wbtest doctor`.",
        )
    elif now.reach == "known":
        yield Finding("fine", "networks", "Visitors’ networks can be told apart.")


def _is_public(base_url: str) -> bool:
    """Whether people on the internet can open this address, by its name."""
    host = urlsplit(base_url).hostname or ""
    if network_of(host):
        return True
    is_name = any(letter.isalpha() for letter in host) and ":" not in host
    return is_name and "." in host and not host.endswith(LOCAL_NAMES)


def check_mail(now: Situation) -> Iterator[Finding]:
    if not now.first_mail.is_sent:
        yield _without_mail(now)
    elif now.tried == "sent":
        yield Finding("fine", "mail", "An email went out.")
    else:
        said = {
            "": NEVER_SENT,
            "unmailed": NEVER_SENT,
            "waiting": "The email from your test sign-up is still queued.",
            "failed": "The mail server rejected the email from your test sign-up.",
            "bounced": "The email from your test sign-up bounced.",
        }[now.tried]
        todo = (
            "Check again in a minute." if now.tried == "waiting" else "Sign up with your own email."
        )
        yield Finding("warning", "mail", said, todo, "preview")
    if now.tried:
        yield Finding("fine", "tried", "Someone on your team signed up.")
    else:
        yield Finding(
            "warning",
            "tried",
            "Nobody on your team has signed up yet.",
            "Open the preview and sign up with your own email. It doesn’t count.",
            "preview",
        )


def _without_mail(now: Situation) -> Finding:
    if now.rule.conversion == "confirmed":
        return Finding(
            "blocker",
            "mail",
            "No mail server: nobody can confirm, and this test counts only confirmed sign-ups.",
            "Set WBTEST_MAIL_URL on the server, or let the rule count every sign-up.",
            "rule",
        )
    unasked = "nobody is asked to confirm, and " if now.first_mail.skips_confirming else ""
    return Finding(
        "warning",
        "mail",
        f"No mail server: {unasked}the email with your decision waits until there is one.",
        "Set WBTEST_MAIL_URL on the server.",
    )


def check_visitors(now: Situation) -> Iterator[Finding]:
    if now.daily is None:
        yield Finding(
            "warning",
            "traffic",
            "You haven’t said how many visitors a day you expect.",
            "Add it to see when to expect an answer.",
            "rule",
        )
    for objection in now.objections:
        # That the last day is wrong stops the start anyway.
        if objection.what != "end":
            what = "traffic" if objection.what == "fault" else objection.what
            yield Finding("warning", what, objection.sentence, objection.todo, "rule")
    if now.daily is not None and not {"traffic", "fault"} & {each.what for each in now.objections}:
        yield Finding("fine", "traffic", "Enough visitors are expected.")
    for slug, sources in now.rivals:
        yield Finding(
            "warning",
            "sources",
            f"/p/{slug} is open too, and counts {' and '.join(sources)} as well.",
            "People from there see both pages. Wait, or name another source.",
            "rule",
        )
    yield Finding(
        "fine",
        "team",
        "Anyone who’s logged in is never counted. On other devices, use “Don’t count my visits” at "
        "the foot of the page.",
    )


def check_need(now: Situation) -> Iterator[Finding]:
    """Whether the target is as high as the numbers that it was worked out from ask for."""
    reckoning = now.rule.reckoning
    if reckoning is None:
        return
    if short := reckoning.shortfall(now.rule.target):
        yield Finding("warning", "need", short, LOWER, "rule")
    else:
        yield Finding("fine", "need", "The target is what the business needs.")


def check_crowds(now: Situation) -> Iterator[Finding]:
    """Whether the announced crowds can still come, and leave the verdict to everybody else."""
    for name in now.crowds_over:
        yield Finding(
            "warning",
            "crowds",
            f"“{name}” is over, so nobody from it can count.",
            "Change its time, or remove it.",
            "rule",
        )
    people, least = sum(crowd.people for crowd in now.rule.crowds), now.rule.minimum_visitors
    if 2 * people > least:
        yield Finding(
            "warning",
            "crowds",
            f"Announced crowds may bring {people:,} people, and {least:,} visitors are enough for "
            "a verdict.",
            "It may say more about them than about everybody else. Announce fewer people, or ask "
            "for more visitors.",
            "rule",
        )
    elif people and not now.crowds_over:
        names = joined(f"“{crowd.name}”" for crowd in now.rule.crowds)
        yield Finding("fine", "crowds", f"Announced: {names}, up to {people:,} people.")


def check_counting(now: Situation) -> Iterator[Finding]:
    lives, counting = now.options.visitors_live, now.options.counting
    if not lives:
        yield Finding(
            "warning",
            "region",
            "You haven’t said where visitors live. The law on cookies depends on it.",
            "Set it in the visitor settings.",
            "options",
        )
    if counting == "cookieless":
        yield Finding(
            "warning",
            "counting",
            f"Visitors are told apart without a cookie. {page_options.WEAKNESS}",
            "That’s fine for people at home. For offices and schools, use the cookie.",
            "options",
        )
    elif lives and lives != ELSEWHERE:
        yield Finding(
            "warning",
            "counting",
            f"Visitors are told apart by a cookie. {page_options.TRADE_OFF}",
            "Keep the cookie, or count without one.",
            "options",
        )
    elif lives:
        yield Finding("fine", "counting", "Visitors are told apart by one cookie of this page.")


def findings(now: Situation) -> list[Finding]:
    """Return all that was looked at: blockers, then warnings, then what is fine."""
    found = [*_basics(now), *_honesty(now), *_pages(now), *check_address(now)]
    found += [
        *check_networks(now),
        *check_mail(now),
        *check_visitors(now),
        *check_need(now),
        *check_crowds(now),
        *check_counting(now),
    ]
    order: tuple[Kind, ...] = ("blocker", "warning", "fine")
    return sorted(found, key=lambda finding: order.index(finding.kind))


def repeated_pages(pages: Sequence[tuple[str, PageCopy]]) -> Iterator[tuple[str, str]]:
    """Return the name of each page that says what one before it says, with that one's name."""
    first: dict[str, int] = {}
    for place, (name, page) in enumerate(pages):
        same = first.setdefault(page_copy.digest(page), place)
        if same != place:
            yield name, pages[same][0]


def _basics(now: Situation) -> Iterator[Finding]:
    for what, sentence in now.missing:
        yield Finding("blocker", what, sentence, where=WHERE_MISSING[what])
    lacking = {what for what, _ in now.missing}
    for what, sentence in (
        ("approval", "The newest revision is approved."),
        ("end", "The last day is set, and late enough."),
        ("controller", "The privacy page names who is responsible."),
    ):
        if what not in lacking and not (what == "approval" and "newest" in lacking):
            yield Finding("fine", what, sentence)
    yield _able_to_stop(now)


def _able_to_stop(now: Situation) -> Finding:
    rule, each = now.rule, now.rule.maximum_visitors // len(now.pages)
    # No evidence is stronger than how much likelier nobody's signing up is at a rate of zero.
    if (1 - rule.target) ** each > rule.beta:
        return Finding(
            "blocker",
            "stop",
            f"With {rule.maximum_visitors:,} visitors at most the rule can never say stop, even if "
            "nobody signs up.",
            "Allow more visitors, or test fewer variants.",
            "rule",
        )
    return Finding("fine", "stop", "The rule can say stop.")


def _honesty(now: Situation) -> Iterator[Finding]:
    # No draft can lack these two: the words are the tool's own, and `strings_of` keeps them.
    when = "before they sign up" if now.rule.disclosure == "before" else "right after they sign up"
    yield Finding("fine", "disclosure", f"Visitors learn that it doesn’t exist yet {when}.")
    if any(section.kind == "quote" for _, page in now.pages for section in page.sections):
        yield Finding("fine", "quote", "The customer’s quote is labelled as imagined.")
    demands = [(name, demand) for name, page in now.pages if (demand := find_demand(page))]
    for name, demand in demands[:1]:
        yield Finding(
            "blocker",
            "payment",
            f"“{demand}” in “{name}” asks for money, and nobody can pay here.",
            "Ask for an address instead, as in “Tell me when it is there”. A price may stay.",
            "variants" if name != now.pages[0][0] else "release",
        )
    if not demands:
        yield Finding("fine", "payment", "Nobody is asked to pay here.")


def _pages(now: Situation) -> Iterator[Finding]:
    for name, same in repeated_pages(now.pages):
        yield Finding(
            "blocker",
            "variants",
            f"“{name}” is the same page as “{same}”.",
            "Change its words, or remove it.",
            "variants",
        )
    for sentence in now.conflicts:
        yield Finding("blocker", "options", sentence, where="options")
    if link := now.options.preorder_url:
        yield Finding(
            "warning",
            "preorder",
            f"The pre-order leads to {link}. We take no money and see no payment.",
            "Open it once to check. Browsers may block a second redirect.",
            "options",
        )
    for fault in now.look_faults:
        yield Finding("blocker", "look", fault, where="look")
    if not now.look_faults:
        yield Finding("fine", "look", "Text can be read, and pictures have words.")
