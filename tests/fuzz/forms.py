"""Forms as Hypothesis makes them up, sent to every address that takes one."""

from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from tests.fuzz.answers import fault_of, lost_in
from tests.fuzz.asking import FROM_HERE, Answer, Request
from tests.fuzz.filling import SHOWN_AGAIN, Part, filled
from tests.fuzz.hostile import Sent, forms
from tests.fuzz.tally import Tally
from tests.fuzz.walk import Found
from tests.fuzz.world import PEOPLE, World

# Sent to one address before the next one's turn; each begins with what a person sends.
AT_ONCE = 50
# What is longer is cut short in some fields, and told so.
LONGEST_SHOWN = 200


class Wrong(Exception):
    """An answer that should not be."""


def fuzz(world: World, found: Sequence[Found], tally: Tally, at_once: int = AT_ONCE) -> None:
    """Send forms, so many to each address as to any other, until the tally has all it wants."""
    turn = 0
    while tally.total < tally.wanted:
        for number, one in enumerate(found):
            if tally.total < tally.wanted:
                most = min(at_once, tally.wanted - tally.total)
                _send_some(world, one, tally, hash((tally.seed, turn, number)), most)
        turn += 1


def _send_some(world: World, one: Found, tally: Tally, number: int, most: int) -> None:
    base = filled(one.form, world.csrf_token())
    smallest: list[Request] = []

    @seed(number)
    @settings(
        max_examples=most,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(forms(one.form, base), st.sampled_from([*one.people * 4, *PEOPLE]))
    def send(sent: Sent, person: str) -> None:
        request = _request(world, one, sent, person)
        answer = world.ask(request)
        world.put_back()
        tally.note(one.address, answer.status, is_accepted=is_accepted(answer))
        wrong = fault_of(world.endpoint_of(request), answer)
        # Others are shown another page, which may lack some of these fields when it comes back.
        if not wrong and person in one.people:
            wrong = _lost(one, base, sent, answer)
        if not wrong:
            return
        if tally.is_known(one.address, wrong):
            tally.blame(one.address, wrong, request.curl)
            return
        smallest[:] = [request]
        raise Wrong(wrong)

    try:
        send()
    except Wrong as wrong:
        tally.blame(one.address, str(wrong), smallest[0].curl)
    except Flaky as error:
        tally.blame(one.address, f"differs from one time to the next: {error}", smallest[0].curl)


def is_accepted(answer: Answer) -> bool:
    """Whether a form was taken, and not its sender sent to log in first."""
    is_log_in = answer.headers.get("location", "").startswith("/login?next=")
    return answer.status < 400 and not is_log_in


def _request(world: World, one: Found, sent: Sent, person: str) -> Request:
    mark = "&" if "?" in one.path else "?"
    path = f"{one.path}{mark}{sent.query}" if sent.query else one.path
    cookies = {**world.cookies_of(person), **one.cookies}
    return Request("POST", path, sent.body, sent.kind, (*FROM_HERE, *sent.headers), cookies)


def _lost(one: Found, base: list[Part], sent: Sent, answer: Answer) -> str:
    """Return what of the typed text a page does not show that says what is wrong with it."""
    if answer.status != 422 or answer.mimetype != "text/html" or not sent.is_whole:
        return ""
    kinds = {each.name.encode(): each.kind for each in one.form.fields}
    # A sheet that says to be another one comes back as that one.
    if any(part not in sent.parts for part in base if kinds.get(part.name) == "hidden"):
        return ""
    typed = []
    for name, value, file in sent.parts:
        # What is sent as a file was not typed.
        is_sent_once = file is None and sum(part.name == name for part in sent.parts) == 1
        if is_sent_once and kinds.get(name) in SHOWN_AGAIN and _is_plain(value):
            typed.append((name.decode(), value.decode()))
    name = lost_in(answer, typed)
    return f"says what is wrong, and has lost what was typed into “{name}”" if name else ""


def _is_plain(value: bytes) -> bool:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return False
    return 0 < len(text.strip()) <= LONGEST_SHOWN and all(
        letter.isprintable() or letter == "\n" for letter in text
    )
