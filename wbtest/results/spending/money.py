"""Amounts of money: read as people type them, stored in the smallest unit. Pure."""

import re
from decimal import Decimal
from typing import NamedTuple


class NotAnAmount(ValueError):
    """What was typed isn't an amount; the text says why."""


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
_NUMBER = re.compile(r"\d{1,9}(\.\d+)?", re.ASCII)


def amount_of(typed: str, currency: Currency) -> int:
    """Return the amount in the smallest unit of the currency, above 0.

    A comma reads as a point. With three digits after it an amount could be thousands as well, so
    more digits than the currency has are refused. Raises NotAnAmount.

    >>> [amount_of(typed, CURRENCIES["EUR"]) for typed in ("1234.56", "12,5", " 7 ")]
    [123456, 1250, 700]
    """
    text = typed.strip().replace(",", ".")
    example = "1234.50" if currency.digits else "1234"
    if not _NUMBER.fullmatch(text):
        raise NotAnAmount(f"Enter an amount like {example}.")
    amount = Decimal(text).scaleb(currency.digits)
    if amount != int(amount):
        raise NotAnAmount(f"{currency.code} amounts look like {example}: too many decimals.")
    if not amount:
        raise NotAnAmount("Enter an amount above 0.")
    return int(amount)
