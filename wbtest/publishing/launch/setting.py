"""The launch check of what is around a page: its address, mail, visitors, how they count. Pure."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from wbtest.networks import network_of
from wbtest.publishing.choices import words as options_words
from wbtest.publishing.choices.options import ELSEWHERE
from wbtest.publishing.launch.values import Finding, Situation
from wbtest.publishing.reckoning import LOWER
from wbtest.writing.text_rules import joined

LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Names that only a local network knows.
LOCAL_NAMES = (".internal", ".lan", ".local", ".localhost")
NEVER_SENT = "No mail of this page was ever sent."


def check_address(now: Situation) -> Iterator[Finding]:
    parts = urlsplit(now.base_url)
    if parts.hostname in LOOPBACK:
        yield Finding(
            "warning",
            "address",
            f"{now.base_url} opens on this computer alone, so no stranger can come.",
            "Ask the person who runs the server to set WBTEST_BASE_URL.",
        )
    elif parts.scheme != "https":
        yield Finding(
            "warning",
            "address",
            f"{now.base_url} is not encrypted: browsers call the page not secure.",
            "Ask the person who runs the server to set WBTEST_BASE_URL to an https address.",
        )
    else:
        yield Finding("fine", "address", f"The page stands at {now.base_url}, encrypted.")


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
        yield Finding("fine", "mail", "A real mail went out.")
    else:
        said = {
            "": NEVER_SENT,
            "unmailed": NEVER_SENT,
            "waiting": "The mail of your try is still waiting to be sent.",
            "failed": "The mail of your try was not taken by the mail server.",
            "bounced": "The mail of your try came back.",
        }[now.tried]
        todo = "Look in again in a minute." if now.tried == "waiting" else "Try your own sign-up."
        yield Finding("warning", "mail", said, todo, "preview")
    if now.tried:
        yield Finding("fine", "tried", "Somebody of you signed up on it.")
    else:
        yield Finding(
            "warning",
            "tried",
            "Nobody of you has signed up on it yet.",
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
            "Nobody has said how many visitors a day you expect.",
            "Say it in the rule, and see when you will know.",
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
            "Nobody has said where your visitors live. The law on cookies depends on it.",
            "Say it in the options.",
            "options",
        )
    if counting == "cookieless":
        yield Finding(
            "warning",
            "counting",
            f"Visitors are told apart without a cookie. {options_words.WEAKNESS}",
            "Fine for people at home; for offices and schools choose the cookie.",
            "options",
        )
    elif lives and lives != ELSEWHERE:
        yield Finding(
            "warning",
            "counting",
            f"Visitors are told apart by a cookie. {options_words.TRADE_OFF}",
            "Check that the cookie is right for you, or choose to count without one.",
            "options",
        )
    elif lives:
        yield Finding("fine", "counting", "Visitors are told apart by one cookie of this page.")
