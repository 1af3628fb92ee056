"""Q1: a customer speaks, and the reader learns who it is."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.quotes import is_name, quotations_in
from wbtest.writing.coach.reading import Reading, Text

PART = "customer_quote"
# Customers are often given by their first name.
FEWEST_NAMES = 1
# As long as this, a quotation elsewhere in the release may be the missing one.
LONG_QUOTATION = 8


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a quote that is missing, or that nobody in particular says."""
    if reading.form == "short":
        return
    quote = reading.text("customer_quote.text")
    if quote is None:
        mend = "Move it here, or write another." if _has_quotation(reading) else ""
        where = " A quotation stands elsewhere in the release." if mend else ""
        yield reading.missing(
            "customer_quote.text", PART, "stop", f"The customer quote is missing.{where}", mend
        )
        return
    yield from _speaker(reading, quote)
    if reading.text("customer_quote.role") is None:
        path = "customer_quote.role"
        yield reading.missing(
            path,
            PART,
            "warn",
            "The customer quote does not say who its speaker is.",
            "Add what they do and where: “a mother of two in Leeds”.",
        )


def _speaker(reading: Reading, quote: Text) -> Iterator[Mark]:
    speaker = reading.text("customer_quote.speaker")
    if speaker is not None:
        if not is_name(speaker, FEWEST_NAMES):
            yield speaker.mark_all("warn", f"“{speaker.text.strip()}” is nobody’s name.")
        return
    said = quotations_in(quote.text)
    end = said[-1].end + 1 if said else len(quote.text)
    if any(letter.isalpha() for letter in quote.text[end:]):
        yield quote.mark(
            end,
            len(quote.text),
            "warn",
            "Who speaks stands inside the quote.",
            "Move name and role to their own fields.",
        )
    else:
        path = "customer_quote.speaker"
        yield reading.missing(path, PART, "warn", "The customer quote has no speaker.")


def _has_quotation(reading: Reading) -> bool:
    """Whether somebody but the company is quoted at length."""
    return any(
        len(said.text.split()) >= LONG_QUOTATION
        for text in reading.prose
        if text.part != "company_quote"
        for said in quotations_in(text.text)
    )


RULE = Rule(
    id="Q1",
    title="A customer speaks, with name, role and place",
    severity="stop if missing; warn",
    why="If you cannot imagine what one customer would say, you do not know the customer yet.",
    source="Bryar & Carr, Working Backwards, ch. 5; Ian McAllister on working backwards",
    mend="Write what one customer would tell a friend, and who they are.",
    before="“Great product!” – a customer",
    after="“I sat down for once.” – Amira Khan, a mother of two in Leeds",
    check=check,
    is_wording=False,
)
