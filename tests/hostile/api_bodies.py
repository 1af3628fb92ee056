"""What a program sends around a hostile text, so that nothing else in the body can be refused."""

from dataclasses import replace
from typing import Any

from tests.api.conftest import RULE
from tests.factories import LARDER, PASSWORD
from tests.fuzz.api import BODIES
from tests.hostile.machines import as_path
from tests.hostile.payloads import Texts, flat
from wbtest.decisions.checklist import sentences_of
from wbtest.delivery.webhooks import KINDS
from wbtest.publishing.launch_check import NAMES
from wbtest.publishing.sources import source_name
from wbtest.writing.markdown_format import to_markdown

Call = tuple[str, str, str, dict[str, Any]]
REASON = "Because it is so."
# The name of the picture that there is.
PICTURE = "{digest}-64x64"
CONTROL = {"key": "control", "name": "Control"}
RECKONED = {"customers": 300, "reachable": 9000, "buy": 0.4}
TIME = {"from": "2027-03-28T18:00:00Z", "until": "2027-03-28T22:00:00Z"}
CROWD = {"name": "Fair", "people": 99, **TIME}
TESTED = {"hypothesis": {**RULE, "reckoning": RECKONED, "crowds": [CROWD]}}
VARIANTS = [{"key": "second", "name": "Second", "overrides": {"headline": "Six"}}, CONTROL]
CARELESS = {"why_now": "A seamless photo."}
FOUND = {"rule": "A7", "part": "why_now", "words": "seamless", "reason": REASON}
NEWEST = "/releases/{release_id}/revisions/2"
TEST = "/experiments/{experiment_id}"
ASIDE = {"direction": "out", "kind": "source", "value": "newsletter"}
FITTING: dict[str, dict[str, Any]] = {
    **BODIES,
    "create_experiment": {**TESTED, "variants": VARIANTS},
    "change_experiment": {**TESTED, "variants": VARIANTS},
    "change_options": {"questions": [{"text": "How?", "choices": ["So", "Or so"]}]},
    "set_group_aside": {**ASIDE, "why": REASON},
    "close_reading": {"verdict": "another", "reason": REASON},
    "waive_finding": FOUND,
    "let_finding_stay": FOUND,
    "save_learning": {"version": 1},
    "mark_assumption": {"state": "open", "why": REASON, "number": 1},
    "pass_launch_check": {"seen": [*NAMES]},
    "replace_checklist": {"sentences": [{"key": sentences_of(LARDER)[0].key, "state": "served"}]},
    "invite_person": {"email": "mia@x.io", "role": "viewer", "password": PASSWORD},
    "make_token": {"name": "CI", "scopes": ["read"], "password": PASSWORD},
    "add_webhook": {"url": "https://hooks.example/", "events": [*KINDS]},
}
# Of a field, where the rest of the body has to be another one than for the other fields.
OF_ONE: dict[str, dict[str, Any]] = {
    "write_comment.suggestion": {"path": "solution", "text": REASON},
    "change_look.hero_alt": {"hero": PICTURE},
    "change_options.link_label": {"link_url": "https://chat.example.com/"},
    "choose_afterwards.waiting_variant": {"afterwards": "open"},
}
# What an address names, where that is not the usual.
NUMBERS: dict[str, dict[str, int]] = {
    "approve_revision": {"number": 2},
    "object_to_revision": {"number": 2},
    "ask_for_review": {"number": 2},
    "answer_blind": {"number": 2},
    "close_reading": {"number": 2},
    "forecast_rate": {"number": 2},
    "let_finding_stay": {"number": 3},
    "turn_decision_down": {"number": 2},
    # What follows is chosen for the newest test of an idea.
    "choose_afterwards": {"experiment_id": 3},
}
# What must have been done before: by whom, the method, the address and the body of each call.
FIRST: dict[str, tuple[Call, ...]] = {
    "waive_finding": (("editor", "PATCH", "/releases/{release_id}", CARELESS),),
    "let_finding_stay": (
        ("editor", "PATCH", "/releases/{release_id}", CARELESS),
        ("editor", "POST", "/releases/{release_id}/revisions", {}),
    ),
    "close_reading": (
        ("owner", "POST", f"{NEWEST}/answers", BODIES["answer_blind"]),
        ("owner", "POST", f"{NEWEST}/reading/finish", {}),
    ),
    "choose_afterwards": (("approver", "POST", f"{TEST}/end", {"why": REASON}),),
    "turn_decision_down": (
        ("approver", "POST", f"{TEST}/decisions", {"choice": "stop", "reason": REASON}),
    ),
    "pass_launch_check": (
        ("owner", "POST", f"{NEWEST}/approvals", {"traded_away": REASON}),
        ("editor", "POST", "/releases/{release_id}/experiments", TESTED),
    ),
}
# The key of a text whose keys are words of ours.
KEYS = {
    "change_words.words": "again",
    "*": "headline",
}


def key_of(field: str) -> str:
    """The key under which a text stands in this field."""
    return KEYS.get(field.removesuffix(".*"), KEYS["*"])


def kept_of(field: str, text: str, texts: Texts) -> str:
    """Return what this field takes of a text, and must give back."""
    if field.endswith("email"):
        return texts.email().lower()
    if field == "add_webhook.url":
        return f"https://hooks.example/{as_path(text)}"
    if field.startswith("change_coach."):
        # A line is a word.
        return flat(text)
    if field.endswith((".source", ".sources.[]")) and "evidence" not in field:
        return source_name(text)
    return text


def sent_for(field: str, text: str) -> str:
    """Return what is sent for the text to stand in this field: it may be a part of a file."""
    if field == "import_release.text":
        return to_markdown(replace(LARDER, problem=text), "full")
    return text
