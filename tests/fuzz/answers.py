"""What is wrong with an answer, no matter who asked for what. Pure."""

import html
import json
import re
from collections.abc import Iterable

from tests.fuzz.asking import Answer

# They say 503 while a page is paused, and where no worker runs; all others never do.
PUBLIC, READY = "audience.", "team.readyz"
# Asked by a script of a form, which shows what it is told.
FOR_SCRIPTS = (
    *("results.plan", "results.target"),
    *("writing.save", "writing.grow", "writing.freeze"),
)
PROBLEM = "application/problem+json"
_TRACE = re.compile(r"Traceback \(most recent call|File &#34;/|File \"/|sqlalchemy\.exc|sqlite3\.")
# A sentence where forms have theirs, where the page of an error has it, below its status, or where
# two texts of one sheet stand side by side.
_SENTENCE = re.compile(
    r'(?:role="alert"|class="note stop"|class="soft small">[45]\d\d</p>\s*<h1'
    r'|id="conflict-title")[^>]*>'
    r"(.*?)</(?:p|div|li)>",
    re.DOTALL,
)
_PUBLIC_SENTENCE = re.compile(r"</h1>\s*<p[^>]*>\s*[^\s<]")
_MARKUP = re.compile(r"<[^>]*>")


def fault_of(endpoint: str, answer: Answer, *, has_body: bool = True) -> str:
    """Return what is wrong with it, '' for nothing."""
    if endpoint == READY and answer.status == 503:
        return ""
    if answer.status >= 500 and not (answer.status == 503 and endpoint.startswith(PUBLIC)):
        return f"answers {answer.status}"
    if answer.status >= 400 and has_body:
        if _TRACE.search(answer.text):
            return f"answers {answer.status} with something of our inside"
        return _unclear(endpoint, answer)
    return ""


def _unclear(endpoint: str, answer: Answer) -> str:
    if answer.mimetype == PROBLEM:
        return "" if _is_problem(answer) else f"answers {answer.status} with half a problem"
    if endpoint.startswith("api."):
        return f"answers {answer.status} as {answer.mimetype or 'nothing'}"
    if endpoint in FOR_SCRIPTS and answer.mimetype == "application/json":
        has_words = any(json.loads(answer.body).values())
        return "" if has_words else f"answers {answer.status} with nothing"
    if answer.mimetype != "text/html":
        return f"answers {answer.status} as {answer.mimetype or 'nothing'}"
    if endpoint.startswith(PUBLIC) and _PUBLIC_SENTENCE.search(answer.text):
        return ""
    # A page of one column that is no form to correct is about nothing else.
    if '<body class="plain">' in answer.text and answer.status != 422:
        return ""
    if not any(_MARKUP.sub("", said).strip() for said in _SENTENCE.findall(answer.text)):
        return f"answers {answer.status} without a sentence"
    return ""


def _is_problem(answer: Answer) -> bool:
    try:
        told = json.loads(answer.body)
    except ValueError:
        return False
    has_all = isinstance(told, dict) and {"type", "title", "status", "detail"} <= told.keys()
    return has_all and told["status"] == answer.status and bool(told["detail"])


def lost_in(answer: Answer, typed: Iterable[tuple[str, str]]) -> str:
    """Return the name of a field whose text is not in the page that refuses it, '' for none."""
    shown = _plain(html.unescape(answer.text))
    return next((name for name, text in typed if _plain(text) not in shown), "")


def _plain(text: str) -> str:
    """The text without how its lines and spaces are set, which no form keeps."""
    return " ".join(text.split())
