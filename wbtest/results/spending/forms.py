"""The forms on the page about money; what is typed is read by ``lines`` and ``files``."""

from wtforms import FileField, SelectField, StringField, TextAreaField

from wbtest.results.spending.lines import LONGEST_NOTE
from wbtest.results.spending.money import CURRENCIES, Currency
from wbtest.typed import TypedForm


def _currency(name: str = "currency") -> SelectField:
    """A list of currencies whose label and error find it under this id."""
    codes = {code: code for code in CURRENCIES}
    return SelectField("Currency", choices=codes, validate_choice=False, id=name)


class CurrencyForm(TypedForm):
    """In which currency amounts are; no longer asked when some are there."""

    currency = _currency()

    def settle(self, currency: Currency | None) -> Currency:
        """Return the currency of the test, or the chosen one while there is none."""
        if currency is not None:
            self.currency.data = currency.code
        return CURRENCIES.get(self.currency.data or "", CURRENCIES["EUR"])


class LineForm(CurrencyForm):
    """One line."""

    source = StringField("Source", render_kw={"autocomplete": "off", "autocapitalize": "none"})
    first = StringField("First day", render_kw={"type": "date"})
    last = StringField("Last day", render_kw={"type": "date"})
    amount = StringField("Amount", render_kw={"inputmode": "decimal", "autocomplete": "off"})
    note = StringField("Note", render_kw={"maxlength": LONGEST_NOTE})


class LinesForm(CurrencyForm):
    """Several lines at once, as text or as a file, on the page that has the form for one."""

    currency = _currency("lines-currency")
    lines = TextAreaField("Lines")
    file = FileField("Or a file")
