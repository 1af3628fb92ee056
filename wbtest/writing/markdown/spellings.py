"""What headings and fields of a file are called, in the many ways people spell them. Pure.

They are English, whatever the release's language is.
"""

from wbtest.patterns import late_pattern
from wbtest.writing.parts import PARTS

FAQ = ("external", "internal", "faq")
# The headings that are written, and other ways to spell them; "faq" does not say who asks.
SPELLINGS = {
    "release": "press release|for immediate release|pr faq|prfaq",
    "headline": "title|heading",
    "subheading": "sub heading|subheadline|sub headline|subtitle|sub title|tagline",
    "summary": "intro|introduction|opening|overview|lead",
    "problem": "problem statement|customer problem|problem we solve|problem today",
    "alternative": "alternative|alternatives|existing alternatives|current alternatives|today"
    "|what people do today|how people do it today|status quo|why it is better|why this is better",
    "solution": "solution|how it works|what it does|product solution",
    "why_now": "why today|timing",
    "company_quote": "quote|company quote|spokesperson quote|leader quote|leadership quote"
    "|founder quote|ceo quote|executive quote|internal quote|spokesperson s quote|founder s quote",
    "customer_quote": "customer s quote|user quote|client quote|testimonial|customer testimonial",
    "call_to_action": "cta|getting started|get started|how to get started|how to start|next step"
    "|next steps",
    "external": "customer faq|external faq|external questions|faq external|faq customers"
    "|faq customer|faq for customers|questions from customers|customers questions",
    "internal": "internal faq|faq internal|stakeholder faq|stakeholder questions|faq stakeholders"
    "|questions from stakeholders",
    "faq": "faq|questions|questions and answers|q a|q and a",
    "numbers": "numbers|the numbers|what the numbers rest on",
}
# The fields of a call to action and of a question, written "- Price: free".
FIELDS = {
    "label": "button|label|button label|button text|words on the button",
    "price": "price|cost",
}
QUESTION_FIELDS = {
    "topic": "topic",
    "open.owner": "owner|who settles it|open owner",
    "open.until": "until|due|deadline|by when",
    "open.settled_by": "settled by|how we settle it|how it is settled",
}
LONGEST = 80
_WORD = late_pattern(r"[^\W_]+")


def key_of(title: str) -> str:
    """Return the words of a title in the form in which the tables hold them.

    >>> key_of("2. The **Problem** paragraph:"), key_of("FAQs – Internal")
    ('problem', 'faq internal')
    """
    words = _WORD.findall(title.casefold().replace("&", " and ")) if len(title) <= LONGEST else []
    while len(words) > 1 and (words[0] in ("the", "a", "an", "our") or words[0].isdigit()):
        del words[0]
    while len(words) > 1 and words[-1] in ("paragraph", "section"):
        del words[-1]
    return " ".join(words).replace("frequently asked questions", "faq").replace("faqs", "faq")


def names_of(table: dict[str, str]) -> dict[str, str]:
    """The name of each spelling in a table."""
    return {key: name for name, keys in table.items() for key in keys.split("|")}


PART_OF = names_of(SPELLINGS) | {key_of(part.label): part.name for part in PARTS["full"]}
