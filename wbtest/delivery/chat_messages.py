"""Events as messages for Slack, Discord and Teams: one plain sentence, and a link for the team.

A message holds less than the event does: everybody in the channel reads it, so there is no email in
it, no number of a sign-up, no variant and no source. What people typed is never markup, a mention
or a link there.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

SLACK = "Slack"
DISCORD = "Discord"
TEAMS = "Teams"
LONGEST_TEXT = 200
# Between two letters nobody sees it, and no program reads a mention or a link across it.
JOINER = "\u2060"
_DISCORD_HOSTS = ("discord.com", "canary.discord.com", "ptb.discord.com", "discordapp.com")
# Those of the older connectors, and the two that its workflows have had.
_TEAMS_HOSTS = (".webhook.office.com", ".logic.azure.com", ".api.powerplatform.com")
_DISCORD_PATH = re.compile(r"/api(/v\d+)?/webhooks/\d+/[^/]+/?")
_DISCORD_MARKS = re.compile(r"([\\*_~`|<>#\[\]()\-])")
_STEPS = {
    "experiment.started": "The test at {at} started.",
    "experiment.paused": "The test at {at} was paused.",
    "experiment.resumed": "The test at {at} goes on.",
    "experiment.ended": "The test at {at} ended.",
}
_SIGNUPS = {
    "signup.created": "Somebody signed up at {at}{aside}.",
    "signup.confirmed": "Somebody confirmed their email at {at}{aside}.",
}
_VERDICTS = {"met": "target met", "not_met": "target not met"}


def service_of(url: str) -> str:
    """Return the chat app that an incoming-webhook address is of, '' for none.

    >>> service_of("https://hooks.slack.com/services/T0/B0/x"), service_of("https://hooks.example/")
    ('Slack', '')
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    if host == "hooks.slack.com" and parts.path.startswith("/services/"):
        return SLACK
    if host in _DISCORD_HOSTS and _DISCORD_PATH.fullmatch(parts.path):
        return DISCORD
    return TEAMS if host.endswith(_TEAMS_HOSTS) else ""


def message_of(service: str, event: str, base_url: str) -> str:
    """Return what the chat app gets of an event, as JSON; ``event`` is the body of a webhook."""
    told = json.loads(event)
    write, neutral = _FORMS[service]
    said, path = _sentence(told["type"], told["data"], neutral)
    return json.dumps(write(said, base_url + path), ensure_ascii=False)


def _sentence(kind: str, data: Mapping[str, Any], neutral: Callable[[str], str]) -> tuple[str, str]:
    """What happened, and the path of the page about it; ``neutral`` is applied to typed text."""
    if kind == "test":
        said = "This is a test message. What happens to your tests will be posted here."
        return said, "/settings/developers"
    if kind == "release.approved":
        name, number = neutral(plain(str(data.get("product", "")))), data.get("revision")
        said = f"Revision {number} of “{name}” was approved." if name else "A text was approved."
        return said, f"/releases/{data.get('release')}"
    at = neutral(plain(f"/p/{data.get('slug', '')}"))
    path = f"/experiments/{data.get('experiment')}"
    if kind in _STEPS:
        return _STEPS[kind].format(at=at), path
    if kind in _SIGNUPS:
        aside = " (not counted)" if data.get("excluded_because") else ""
        return _SIGNUPS[kind].format(at=at, aside=aside), path
    if kind == "verdict.reached":
        result = _VERDICTS.get(str(data.get("verdict")), "see the results")
        return f"The test at {at} has a result: {result}.", f"{path}/results"
    if kind == "decision.made":
        choice = neutral(plain(str(data.get("choice", ""))))
        return f"The team decided about the test at {at}: {choice}.", path
    return "Something happened in wbtest.", path if "experiment" in data else "/"


def plain(text: str) -> str:
    """Return typed text on one line, cut, without hidden characters, mentions and links.

    >>> plain("Hi @everyone,  see https://evil.example").replace(JOINER, "|")
    'Hi @|everyone, see https:|//evil.|example'
    """
    line = " ".join(text.split())
    seen = "".join(char for char in line if not unicodedata.category(char).startswith("C"))
    if len(seen) > LONGEST_TEXT:
        seen = f"{seen[: LONGEST_TEXT - 1]}…"
    return re.sub(r"@|:(?=\S)|(?<=\w)\.(?=\w)", rf"\g<0>{JOINER}", seen)


def _for_slack(text: str) -> str:
    """Escape what Slack reads as markup; its styles are turned off for the whole message."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _for_discord(text: str) -> str:
    return _DISCORD_MARKS.sub(r"\\\1", text)


def _as_typed(text: str) -> str:
    """Return the same: a TextRun of a card has no markup."""
    return text


def _slack(said: str, url: str) -> dict[str, Any]:
    return {"text": f"{said} {_for_slack(url)}", "mrkdwn": False}


def _discord(said: str, url: str) -> dict[str, Any]:
    return {"content": f"{said} {url}", "allowed_mentions": {"parse": []}}


def _teams(said: str, url: str) -> dict[str, Any]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": said}]}],
        "actions": [{"type": "Action.OpenUrl", "title": "View in wbtest", "url": url}],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


_Form = tuple[Callable[[str, str], dict[str, Any]], Callable[[str], str]]
_FORMS: dict[str, _Form] = {
    SLACK: (_slack, _for_slack),
    DISCORD: (_discord, _for_discord),
    TEAMS: (_teams, _as_typed),
}
