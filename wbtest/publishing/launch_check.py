"""The launch check: what must not be, and what must be seen, before strangers come. Pure.

It looks at the draft and its pages, and at what is around them: address, mail, visitors, how they
are counted. Nobody can pay on a page, since its form takes an address: a button that says otherwise
promises what the click does not do. Such words are looked up in the page's language and in English.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from wbtest.networks import Reach, is_public, why_unreachable
from wbtest.publishing import page_copy, page_options, planner, proposals, target_calculator
from wbtest.publishing import rule as rules
from wbtest.writing.text_rules import joined

Kind = Literal["blocker", "warning", "fine"]
# How far the team's own try has come: nobody tried, there was no mail, or the state of its mail.
Try = Literal["", "unmailed", "waiting", "sent", "failed", "bounced"]
# The page on which each thing is fixed that a start lacks anyway.
WHERE_MISSING = {
    "approval": "revision",
    "newest": "newest",
    "text": "release",
    "end": "rule",
    "controller": "team",
}
UNSPACED = ("ja",)


class Finding(Struct, frozen=True):
    """One thing that was looked at: what is the case, and what to do about it.

    A blocker stops the start, a warning must be seen. ``where`` names the page on which it is
    fixed, '' for none. What is always said alike is in ``launch_check.toml``.
    """

    kind: Kind
    what: str
    sentence: str
    todo: str = ""
    where: str = ""

    @property
    def name(self) -> str:
        return NAMES[self.what]


class LaunchTexts(Struct, frozen=True):
    """What the launch check says: the file ``launch_check.toml``."""

    names: dict[str, str]
    demands: dict[str, list[str]]
    findings: dict[str, Finding]


TEXTS = msgspec.toml.decode(Path(__file__).with_suffix(".toml").read_bytes(), type=LaunchTexts)
NAMES = TEXTS.names


def found(name: str, /, **blanks: object) -> Finding:
    """Return the finding of this name, with what it is about filled in."""
    text = TEXTS.findings[name]
    return replace(text, sentence=text.sentence.format(**blanks))


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
    rule: rules.Hypothesis
    pages: Sequence[tuple[str, page_copy.PageCopy]]
    options: page_options.Options
    base_url: str
    first_mail: page_options.FirstMail
    tried: Try
    daily: int | None
    objections: Sequence[planner.Objection] = ()
    rivals: Sequence[tuple[str, Sequence[str]]] = ()
    look_faults: Sequence[str] = ()
    conflicts: Sequence[str] = ()
    crowds_over: Sequence[str] = ()
    reach: Reach = ""


def find_demand(page: page_copy.PageCopy) -> str:
    """Return what a page says to make somebody pay, '' for nothing.

    The button's whole words are compared, so “Order from chaos” is no order; of the sentence
    beside it only its beginning.
    """
    language = page.language.lower().partition("-")[0]
    phrases = {*TEXTS.demands["en"], *TEXTS.demands.get(language, ())}
    label, text = _plain(page.cta_label), _plain(page.cta_text)
    if label in phrases:
        return page.cta_label
    longer = [phrase for phrase in phrases if " " in phrase or language in UNSPACED]
    return page.cta_text if any(text.startswith(phrase) for phrase in longer) else ""


def _plain(text: str) -> str:
    words = re.sub(r"[^\w]+", " ", text.casefold()).split()
    return " ".join(words)


def check_address(now: Situation) -> Iterator[Finding]:
    if fault := why_unreachable(now.base_url):
        yield found("unreachable", fault=fault)
    else:
        yield found("encrypted", base_url=now.base_url)


def check_networks(now: Situation) -> Iterator[Finding]:
    """Whether visitors’ networks can be told apart, as far as who looks shows it."""
    if now.reach == "untold":
        yield found("unknown_proxy")
    elif now.reach == "private" and is_public(now.base_url):
        yield found("private_address")
    elif now.reach == "known":
        yield found("known_networks")


def check_mail(now: Situation) -> Iterator[Finding]:
    if not now.first_mail.is_sent:
        if now.rule.conversion == "confirmed":
            yield found("nobody_can_confirm")
        elif now.first_mail.skips_confirming:
            yield found("nobody_is_asked")
        else:
            yield found("no_mail_server")
    elif now.tried == "sent":
        yield found("mailed")
    elif now.tried in ("", "unmailed"):
        yield found("never_mailed")
    else:
        yield found(f"mail_{now.tried}")
    yield found("tried" if now.tried else "untried")


def _check_people(rule: rules.Hypothesis, variants: int) -> Finding:
    """Whether the rule says how many people can come: one proposed for a number that will do."""
    followed = proposals.find_proposal(
        *(rule.target, rule.floor, rule.minimum_visitors, rule.maximum_visitors, rule.hoped_for),
        is_warm=rule.knows_team,
        variants=variants,
        risks=(rule.alpha, rule.beta),
    )
    # The last number is “or more”.
    if followed and followed.tells_both and followed.people != proposals.PEOPLE[-1]:
        return found("people_in_reach", people=followed.people)
    return found("unsaid_traffic")


def check_visitors(now: Situation) -> Iterator[Finding]:
    if now.daily is None:
        yield _check_people(now.rule, len(now.pages))
    for objection in now.objections:
        # That the last day is wrong stops the start anyway.
        if objection.what != "end":
            what = "traffic" if objection.what == "fault" else objection.what
            yield Finding("warning", what, objection.sentence, objection.todo, "rule")
    if now.daily is not None and not {"traffic", "fault"} & {each.what for each in now.objections}:
        yield found("enough_traffic")
    for slug, sources in now.rivals:
        yield found("rival", slug=slug, sources=" and ".join(sources))
    yield found("team")


def check_need(now: Situation) -> Iterator[Finding]:
    """Whether the target is as high as the numbers that it was worked out from ask for."""
    reckoning = now.rule.reckoning
    if reckoning is None:
        return
    if short := reckoning.shortfall(now.rule.target):
        yield Finding("warning", "need", short, target_calculator.LOWER, "rule")
    else:
        yield found("needed")


def check_crowds(now: Situation) -> Iterator[Finding]:
    """Whether the announced crowds can still come, and leave the verdict to everybody else."""
    for name in now.crowds_over:
        yield found("crowd_over", name=name)
    people, least = sum(crowd.people for crowd in now.rule.crowds), now.rule.minimum_visitors
    if 2 * people > least:
        yield found("large_crowds", people=people, least=least)
    elif people and not now.crowds_over:
        names = joined(f"“{crowd.name}”" for crowd in now.rule.crowds)
        yield found("crowds", names=names, people=people)


def check_counting(now: Situation) -> Iterator[Finding]:
    lives, counting = now.options.visitors_live, now.options.counting
    if not lives:
        yield found("unsaid_region")
    if counting == "cookieless":
        yield found("no_cookie", weakness=page_options.WEAKNESS)
    elif lives and lives != page_options.ELSEWHERE:
        yield found("cookie", trade_off=page_options.TRADE_OFF)
    elif lives:
        yield found("one_cookie")


def findings(now: Situation) -> list[Finding]:
    """Return all that was looked at: blockers, then warnings, then what is fine."""
    checks = (
        *(_basics, _honesty, _pages, check_address, check_networks, check_mail),
        *(check_visitors, check_need, check_crowds, check_counting),
    )
    order: tuple[Kind, ...] = ("blocker", "warning", "fine")
    all_of_them = [finding for check in checks for finding in check(now)]
    return sorted(all_of_them, key=lambda finding: order.index(finding.kind))


def repeated_pages(pages: Sequence[tuple[str, page_copy.PageCopy]]) -> Iterator[tuple[str, str]]:
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
    if not lacking & {"approval", "newest"}:
        yield found("approved")
    if "end" not in lacking:
        yield found("ends")
    if "controller" not in lacking:
        yield found("responsible")
    rule, each = now.rule, now.rule.maximum_visitors // len(now.pages)
    # No evidence is stronger than how much likelier nobody's signing up is at a rate of zero.
    can_stop = (1 - rule.target) ** each <= rule.beta
    yield found("stops") if can_stop else found("never_stops", most=rule.maximum_visitors)


def _honesty(now: Situation) -> Iterator[Finding]:
    # No draft can lack these two: the words are the tool's own, and `strings_of` keeps them.
    yield found("told_before" if now.rule.disclosure == "before" else "told_after")
    if any(section.kind == "quote" for _, page in now.pages for section in page.sections):
        yield found("imagined")
    demands = [(name, demand) for name, page in now.pages if (demand := find_demand(page))]
    for name, demand in demands[:1]:
        where = "variants" if name != now.pages[0][0] else "release"
        yield replace(found("asks_for_money", demand=demand, name=name), where=where)
    if not demands:
        yield found("asks_for_none")


def _pages(now: Situation) -> Iterator[Finding]:
    for name, same in repeated_pages(now.pages):
        yield found("same_page", name=name, same=same)
    for sentence in now.conflicts:
        yield Finding("blocker", "options", sentence, where="options")
    if link := now.options.preorder_url:
        yield found("preorder", link=link)
    if link := now.options.link_url:
        yield found("link_opens" if now.options.link_redirects else "link", link=link)
    for fault in now.look_faults:
        yield Finding("blocker", "look", fault, where="look")
    if not now.look_faults:
        yield found("readable")
