"""Amounts of money: read as people type them, kept as whole cents, written for people. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import NamedTuple

# In the smallest unit of a currency.
LARGEST_AMOUNT = 10**12
LONGEST_AMOUNT = len(str(LARGEST_AMOUNT))


class NotAnAmount(ValueError):
    """What was typed is no amount that can be kept; the text says why."""


class Currency(NamedTuple):
    """A currency: its code, its sign ('' where several share one), the digits of its cents."""

    code: str
    sign: str = ""
    digits: int = 2

    def write(self, amount: float) -> str:
        """Return an amount, in the smallest unit, for people.

        >>> CURRENCIES["GBP"].write(123_456), CURRENCIES["CHF"].write(50)
        ('£1,234.56', 'CHF\\xa00.50')
        >>> CURRENCIES["JPY"].write(1200.4), CURRENCIES["EUR"].write(0.3)
        ('¥1,200', 'under €0.01')
        """
        few = "under " if 0 < amount < 0.5 else ""
        shown = max(round(amount), 1) if few else round(amount)
        before = self.sign or f"{self.code}\N{NO-BREAK SPACE}"
        return f"{few}{before}{shown / 10**self.digits:,.{self.digits}f}"

    def plain(self, amount: float) -> str:
        """Return the amount as programs read it.

        >>> CURRENCIES["GBP"].plain(123_456)
        '1234.56'
        """
        return f"{amount / 10**self.digits:.{self.digits}f}"


CURRENCIES = {
    found.code: found
    for found in (
        *(Currency("EUR", "€"), Currency("USD", "$"), Currency("GBP", "£"), Currency("CHF")),
        *(Currency("JPY", "¥", digits=0), Currency("AUD"), Currency("BRL"), Currency("CAD")),
        *(Currency("CNY"), Currency("CZK"), Currency("DKK"), Currency("HKD"), Currency("HUF")),
        *(Currency("ILS", "₪"), Currency("INR", "₹"), Currency("KRW", "₩", digits=0)),
        *(Currency("MXN"), Currency("NOK"), Currency("NZD"), Currency("PLN"), Currency("RON")),
        *(Currency("SEK"), Currency("SGD"), Currency("TRY", "₺"), Currency("ZAR")),
    )
}
# Signs that several currencies share are taken for that of the experiment.
SHARED = {"$": "AUD CAD HKD MXN NZD SGD", "¥": "CNY"}
_LETTERS = re.compile(r"[A-Z]{3}", re.IGNORECASE)
# Thousands apart by one sign throughout, or as in India; or digits alone.
_NUMBER = re.compile(
    r"""(?P<whole>[1-9]\d{0,2}(?:(?P<apart>[.,'’\ ])\d{3})(?:(?P=apart)\d{3})*
        |[1-9]\d?(?:,\d{2})+,\d{3}|\d+)
        (?:(?P<point>[.,])(?P<cents>\d+))?""",
    re.VERBOSE | re.ASCII,
)


def amount_of(typed: str, currency: Currency, points: Collection[str] = ()) -> int:
    """Return what was typed in the smallest unit of the currency, above 0.

    A comma or a point sets cents apart, or thousands. A lone 1.234 may be either, so it is refused;
    unless ``points``, the signs that set cents apart elsewhere in the same list, are the other one.
    Raises NotAnAmount.

    >>> [amount_of(typed, CURRENCIES["EUR"]) for typed in ("1.234,56 €", "1,234.5", "EUR 1'234")]
    [123456, 123450, 123400]
    >>> amount_of("1.234", CURRENCIES["EUR"], points=",")
    123400
    >>> amount_of("1,234", CURRENCIES["JPY"]), amount_of("1,00,000", CURRENCIES["INR"])
    (1234, 10000000)
    """
    text = _without_sign(typed, currency)
    if not text:
        raise NotAnAmount(f"Say how much was spent, like {_example(currency)}.")
    if text.startswith(("-", "\N{MINUS SIGN}", "(")):
        raise NotAnAmount("An amount is above 0. Money that came back makes it smaller.")
    found = _NUMBER.fullmatch(text)
    if found is None or (found["point"] and found["point"] == found["apart"]):
        raise NotAnAmount(f"“{typed.strip()}” is no amount. Write it like {_example(currency)}.")
    whole, cents = re.sub(r"\D", "", found["whole"]), found["cents"] or ""
    if not cents and _may_be_cents(found["whole"], currency, points):
        raise NotAnAmount(_both(typed.strip(), whole, currency))
    cents = cents.rstrip("0") if len(cents) > currency.digits else cents
    if len(cents) > currency.digits:
        most = f"{currency.digits} digits at most" if currency.digits else "no digits"
        raise NotAnAmount(f"“{typed.strip()}”: {currency.code} has {most} after the point.")
    digits = (whole + cents.ljust(currency.digits, "0")).lstrip("0")
    # Python refuses to read thousands of digits.
    amount = int(digits or "0") if len(digits) <= LONGEST_AMOUNT else LARGEST_AMOUNT + 1
    if amount == 0:
        raise NotAnAmount("An amount is above 0. Leave out what cost nothing.")
    if amount > LARGEST_AMOUNT:
        raise NotAnAmount("This is more money than there can be in a test.")
    return amount


def points_in(typed: Iterable[str]) -> set[str]:
    """Return the signs that certainly set cents apart: one or two digits follow the last of them.

    The other sign does where one sets thousands apart, which it does when it stands there twice.

    >>> sorted(points_in(["12,50 €", "1.234", "7"])), sorted(points_in(["1,234,567", "1,234"]))
    ([','], ['.'])
    """
    texts = list(typed)
    found = {last[1] for text in texts if (last := re.search(r"\d([.,])\d{1,2}\D*$", text))}
    twice = (re.search(r"\d([.,])\d{3}\1\d{3}", text) for text in texts)
    return found | {"." if each[1] == "," else "," for each in twice if each}


def _may_be_cents(whole: str, currency: Currency, points: Collection[str]) -> bool:
    """Whether three digits after a comma or point may be thousands, and cents as well."""
    apart = re.fullmatch(r"\d{1,3}([.,])\d{3}", whole)
    if apart is None or not currency.digits:
        return False
    return apart[1] in points or not points


def _both(typed: str, whole: str, currency: Currency) -> str:
    """Say which two amounts may be meant; the smaller one is rounded to what can be paid."""
    unit = 10**currency.digits
    readings = int(whole) * unit, (2 * int(whole) * unit + 1000) // 2000
    said, plain = (" or ".join(map(form, readings)) for form in (currency.write, currency.plain))
    return f"“{typed}” could be {said}. Write {plain}."


def _without_sign(typed: str, currency: Currency) -> str:
    """What was typed without the currency's own sign or code. Raises NotAnAmount for another's."""
    text = unicodedata.normalize("NFKC", typed).strip()
    signs = [sign for sign, codes in SHARED.items() if currency.code in codes]
    for own in filter(None, (currency.code, currency.sign, *signs)):
        if text.upper().startswith(own):
            text = text[len(own) :]
        elif text.upper().endswith(own):
            text = text[: -len(own)]
    foreign = [sign for sign in text if unicodedata.category(sign) == "Sc"]
    foreign += [code for code in _LETTERS.findall(text) if code.upper() in CURRENCIES]
    if foreign:
        raise NotAnAmount(f"“{typed.strip()}” is not in {currency.code}, as amounts here are.")
    return " ".join(text.split())


def _example(currency: Currency) -> str:
    return "1234.50" if currency.digits else "1234"
