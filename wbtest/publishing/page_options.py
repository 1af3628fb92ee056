"""How a page treats its visitors: how it counts, what it asks, how long it keeps. Pure.

The options are sealed with the rule. What is not said is the usual, so a later version with more to
say leaves old seals unchanged. ``first_mail`` alone says what people who sign up get by mail. A
pre-order leads to the founder's own page: we take no money, and count that people went there. The
link at the end of the sign-up is counted by nobody.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, NamedTuple

from wbtest.store import Invalid
from wbtest.writing.text_rules import find_fault

LONGEST_LINK = 500
HTTPS = "Enter an address like https://www.example.com."
# What an address is made of (RFC 3986) and nothing else, so no browser reads another host out of it
# and nothing in it ends a header or a policy.
_LINK = re.compile(
    r"(?P<origin>https://(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::[0-9]{1,5})?)"
    r"(?:[/?#](?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)?",
)
Counting = Literal["cookie", "cookieless"]
AsksFor = Literal["price", "call", "preorder"]
COUNTING = ("cookie", "cookieless")
# What a page may ask after the questions, in this order.
ASKS_FOR: tuple[AsksFor, ...] = ("price", "call", "preorder")
# Where visitors live, as the options page asks; '' while nobody said.
EUROPE, ELSEWHERE, BOTH = "eu", "elsewhere", "both"
MOST_QUESTIONS, MOST_CHOICES = 3, 8
LONGEST_QUESTION, LONGEST_CHOICE, LONGEST_LINK_LABEL = 200, 80, 40
LONGEST_RETENTION = 760
COUNTING_LABELS = {
    "cookie": "With a cookie for this page only",
    "cookieless": "Without a cookie",
}
REGION_LABELS = {
    EUROPE: "In the EU or the UK",
    ELSEWHERE: "Elsewhere",
    BOTH: "Both, or not sure",
}
STEP_LABELS = {
    "price": "Ask if they’d pay the price",
    "call": "Ask if we may call them",
    "preorder": "Offer a pre-order on our own payment page",
}
WEAKNESS = "People behind one office or phone network count as one person."
TRADE_OFF = (
    "A cookie for measurement needs a notice and, in some EU countries, consent. "
    f"Without a cookie neither is needed, but: {WEAKNESS[0].lower()}{WEAKNESS[1:]}"
)


def find_link_fault(link: str) -> str:
    """Return what is wrong with a link, as a sentence; '' for one that can be opened.

    >>> find_link_fault("https://buy.example.com/p?id=7")
    ''
    >>> find_link_fault("http://buy.example.com/")
    'Enter an address like https://www.example.com.'
    """
    if len(link) > LONGEST_LINK:
        return f"This link has {len(link):,} characters. Use at most {LONGEST_LINK}."
    return "" if _LINK.fullmatch(link) else HTTPS


def origin_of(link: str) -> str:
    """Return where a link leads, as a security policy names it.

    >>> origin_of("https://buy.example.com:8443/p")
    'https://buy.example.com:8443'
    """
    return _link_parts(link)["origin"].lower()


def host_of(link: str) -> str:
    """Return where a link leads, as a person reads it.

    >>> host_of("https://buy.example.com:8443/p")
    'buy.example.com'
    """
    return _link_parts(link)["host"].lower()


def _link_parts(link: str) -> re.Match[str]:
    found = _LINK.fullmatch(link)
    if found is None:
        raise ValueError("this link was never checked")
    return found


class NotAnOption(Invalid, ValueError):
    """An option that cannot be sealed; ``field`` names what to fix, the text says how."""


@dataclass(frozen=True, slots=True)
class FollowUpQuestion:
    """A question for people who signed up; without choices they answer in their own words."""

    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of a page.

    ``respects_signals``: whether Global Privacy Control and Do Not Track are honoured.
    ``confirms``: whether a mail asks each address to confirm. ``asks_for`` are the steps after
    the questions; ``preorder_url`` is the link of the last of them, '' where it is not asked for.
    ``retention_days`` is None for the server's setting. ``visitors_live`` is what the team said of
    where its visitors live. ``link_label`` is on the button at the end of the sign-up that leads to
    ``link_url``; with ``link_redirects`` visitors are sent there instead of being shown it.
    """

    counting: Counting = "cookie"
    respects_signals: bool = True
    confirms: bool = True
    questions: tuple[FollowUpQuestion, ...] = ()
    asks_for: tuple[AsksFor, ...] = ()
    preorder_url: str = ""
    takes_questions: bool = True
    is_indexed: bool = True
    retention_days: int | None = None
    visitors_live: str = ""
    link_label: str = ""
    link_url: str = ""
    link_redirects: bool = False

    @property
    def redirect_origin(self) -> str:
        """The other origin to which the end of a sign-up may lead by itself, '' for none."""
        return origin_of(self.link_url) if self.link_redirects else ""

    def __post_init__(self) -> None:
        for field, is_right, sentence in self._demands():
            if not is_right:
                raise NotAnOption(field, sentence)

    def _demands(self) -> Iterator[tuple[str, bool, str]]:
        yield "counting", self.counting in COUNTING, "Choose how visitors are told apart."
        is_known = set(self.asks_for) <= set(ASKS_FOR)
        is_each_once = len(set(self.asks_for)) == len(self.asks_for)
        yield "asks_for", is_known and is_each_once, "Choose the steps from the list, each once."
        yield from self._demands_of_preorder()
        yield from self._demands_of_link()
        days = self.retention_days
        is_kept = days is None or 1 <= days <= LONGEST_RETENTION
        yield "retention_days", is_kept, f"Enter 1 to {LONGEST_RETENTION} days."
        fault = find_fault(self.visitors_live, LONGEST_CHOICE)
        yield "visitors_live", not fault, fault
        count = len(self.questions)
        is_short = count <= MOST_QUESTIONS
        yield "questions", is_short, "Ask one to three questions; people tire of more."
        is_each_once = len({question.text for question in self.questions}) == count
        yield "questions", is_each_once, "Ask each question once."
        for question in self.questions:
            fault = find_fault(question.text, LONGEST_QUESTION)
            yield "questions", bool(question.text.strip()), "Write the question."
            yield "questions", not fault, fault
            count = len(question.choices)
            yield "questions", count != 1, "Enter two choices or more, or none for free text."
            yield "questions", count <= MOST_CHOICES, f"Enter at most {MOST_CHOICES} choices."
            is_each_once = len(set(question.choices)) == count
            yield "questions", is_each_once, "Enter each choice once."
            for choice in question.choices:
                fault = find_fault(choice, LONGEST_CHOICE)
                yield (
                    "questions",
                    bool(choice.strip()) and not fault,
                    fault or "Fill in each choice.",
                )

    def _demands_of_preorder(self) -> Iterator[tuple[str, bool, str]]:
        link, is_asked = self.preorder_url, "preorder" in self.asks_for
        yield "preorder_url", bool(link) or not is_asked, HTTPS
        yield "preorder_url", not link or is_asked, "Tick the pre-order too, or clear its link."
        fault = find_link_fault(link) if link else ""
        yield "preorder_url", not fault, fault

    def _demands_of_link(self) -> Iterator[tuple[str, bool, str]]:
        label, link = self.link_label, self.link_url
        yield "link_url", bool(link) or not (label or self.link_redirects), HTTPS
        fault = find_link_fault(link) if link else ""
        yield "link_url", not fault, fault
        yield "link_label", bool(label.strip()) or not link, "Enter the text of the button."
        fault = find_fault(label, LONGEST_LINK_LABEL)
        yield "link_label", not fault, fault


USUAL = Options()


class FollowUps(NamedTuple):
    """What people who signed up are asked, and where they are led."""

    questions: tuple[FollowUpQuestion, ...]
    asks_for: tuple[AsksFor, ...]
    preorder_url: str
    link_label: str
    link_url: str


def follow_ups(options: Options) -> FollowUps:
    """Return what of the options somebody other than their writer must have read."""
    return FollowUps(*(getattr(options, name) for name in FollowUps._fields))


def to_json(options: Options) -> dict[str, Any]:
    """Return what differs from the usual as plain JSON; ``from_json`` gives the same back."""
    values = asdict(options)
    usual = asdict(USUAL)
    return {name: _plain(value) for name, value in values.items() if value != usual[name]}


def from_json(values: Mapping[str, Any]) -> Options:
    """Return the options. Raises NotAnOption for what is none."""
    known = {entry.name for entry in fields(Options)}
    for name in values:
        if name not in known:
            raise NotAnOption(str(name)[:40], "A page has no such option.")
    given = dict(values)
    if "questions" in given:
        given["questions"] = tuple(
            FollowUpQuestion(str(entry["text"]), tuple(entry.get("choices", ())))
            for entry in given["questions"]
        )
    if "asks_for" in given:
        given["asks_for"] = tuple(given["asks_for"])
    return replace(USUAL, **given)


def _plain(value: Any) -> Any:
    """The same with lists in the place of tuples, as JSON gives them back."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


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


class OptionLine(NamedTuple):
    """One line of the list of options: its name, what holds, and what to know about it."""

    name: str
    text: str
    remark: str = ""


def counting_remark(options: Options) -> str:
    """Return what to know about the way of counting, given where visitors live; '' for nothing.

    >>> from wbtest.publishing.page_options import Options
    >>> counting_remark(Options(visitors_live="elsewhere"))
    ''
    >>> counting_remark(Options(counting="cookieless"))
    'People behind one office or phone network count as one person.'
    """
    if options.counting == "cookieless":
        return WEAKNESS
    if options.visitors_live in (EUROPE, BOTH):
        return (
            "The page has a cookie notice and a way to object. Some EU countries require consent "
            "beforehand, which the page doesn’t ask for."
        )
    return ""


def option_lines(
    options: Options, usual_days: int, mail_url: str, *, has_faq: bool = True
) -> Iterator[OptionLine]:
    """Yield every option as a line.

    ``usual_days`` is how long the server keeps addresses, ``mail_url`` its setting, ``has_faq``
    whether the page answers a question.
    """
    yield OptionLine(
        "Visitors are told apart",
        COUNTING_LABELS[options.counting].lower(),
        counting_remark(options),
    )
    lives = REGION_LABELS.get(options.visitors_live, options.visitors_live or "not specified")
    yield OptionLine("Where visitors live", lives[0].lower() + lives[1:])
    signals = (
        "respected: visitors who send one aren’t counted" if options.respects_signals else "ignored"
    )
    yield OptionLine("“Do not track me” signals", signals)
    skips = first_mail(options, mail_url).skips_confirming
    confirming = "once email is set up" if skips else "on" if options.confirms else "off"
    yield OptionLine("Email confirmation", confirming)
    for number, question in enumerate(options.questions, 1):
        name = (
            "Follow-up question" if len(options.questions) == 1 else f"Follow-up question {number}"
        )
        choices = " · ".join(question.choices) or "answered in their own words"
        yield OptionLine(name, question.text, choices)
    if not options.questions:
        yield OptionLine("Follow-up questions", "none")
    steps = [text for step, text in STEP_LABELS.items() if step in options.asks_for]
    yield OptionLine(
        "Next steps after sign-up", "; ".join(steps).lower() or "none", options.preorder_url
    )
    shown = "opens by itself" if options.link_redirects else "a button"
    remark = f"{shown}, {options.link_url}" if options.link_url else ""
    yield OptionLine("Link after sign-up", options.link_label or "none", remark)
    asking = "yes" if has_faq else "once the page has an answered question"
    yield OptionLine("Visitors may ask questions", asking if options.takes_questions else "no")
    yield OptionLine("Search engines may list the page", "yes" if options.is_indexed else "no")
    days = options.retention_days or usual_days
    yield OptionLine("Email addresses are kept", f"{days:,} days")
