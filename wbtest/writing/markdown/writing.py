"""From a release to its Markdown file, as ``from_markdown`` reads it back. Pure."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from wbtest.writing.document import AUDIENCES, BELONGING, Document, Form, Question
from wbtest.writing.markdown import blocks, front_matter
from wbtest.writing.markdown.days import dateline_of
from wbtest.writing.markdown.headings import heading_of, unwrapped
from wbtest.writing.markdown.lines import Line, find_spelling, plain, spell
from wbtest.writing.markdown.marks import is_structure
from wbtest.writing.parts import PARTS

_LABELS = {part.name: part.label for part in PARTS["full"]} | {"numbers": "Numbers"}


def to_markdown(document: Document, form: Form) -> str:
    """Return the file. All headings of the form are there, and others where there is a text."""
    names = {part.name for part in PARTS[form]}
    found = [_front_matter(document, form), *_headline(document)]
    for name, body in _bodies(document):
        if body or name in names:
            found += [f"## {_LABELS[name]}", *body]
    return "\n\n".join(found) + "\n"


def _front_matter(document: Document, form: Form) -> str:
    values = {
        "form": form,
        "product": document.product,
        "language": document.language,
        "segment": document.segment,
    }
    place = {"city": document.dateline.city, "date": document.dateline.date}
    values |= {key: value for key, value in place.items() if value or form == "full"}
    values |= {name: text for name in BELONGING if (text := getattr(document, name))}
    lines = [front_matter.written(key, value) for key, value in values.items()]
    return "\n".join(["---", *lines, "---"])


def _headline(document: Document) -> Iterator[str]:
    """The headline as the file's heading, unless it is empty or reads as the name of a part."""
    headline, subheading = document.headline, document.subheading
    title = find_spelling(headline, lambda raw: _is_headline(raw, headline))
    if title:
        yield f"# {title}"
    else:
        yield f"## {_LABELS['headline']}"
        yield from blocks.sentence("headline", headline)
    if title and subheading:
        yield f"*{spell(subheading, lambda raw: _is_subheading(f'*{raw}*', subheading))}*"
    else:
        yield f"## {_LABELS['subheading']}"
        yield from blocks.sentence("subheading", subheading)


def _is_headline(raw: str, text: str) -> bool:
    heading = heading_of(Line(1, f"# {raw}"))
    return heading is not None and not heading.part and plain(unwrapped(heading.title)) == text


def _is_subheading(raw: str, text: str) -> bool:
    line = Line(1, raw)
    is_other = is_structure(raw, "subheading") or dateline_of(line) is not None
    return not is_other and plain(unwrapped(line)) == text


def _bodies(document: Document) -> Iterator[tuple[str, list[str]]]:
    """What stands below the heading of each part, in reading order."""
    yield "summary", list(blocks.summary(document))
    for name in ("problem", "alternative", "solution", "why_now"):
        yield name, list(blocks.prose(name, getattr(document, name)))
    for name in ("company_quote", "customer_quote"):
        yield name, list(blocks.quotation(getattr(document, name)))
    yield "call_to_action", list(blocks.call_to_action(document.call_to_action))
    for audience, questions in _groups(document):
        yield audience, [block for entry in questions for block in blocks.question(entry)]
    yield "numbers", list(blocks.numbers(document.evidence))


def _groups(document: Document) -> list[tuple[str, list[Question]]]:
    """The FAQ by audience, as often as it changes; who asks nothing is there too."""
    groups = [(key, list(group)) for key, group in groupby(document.faq, attrgetter("audience"))]
    external, internal = (
        [] if document.questions(audience) else [(audience, list[Question]())]
        for audience in AUDIENCES
    )
    return [*external, *groups, *internal]
