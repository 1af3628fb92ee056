"""The form that adds a webhook."""

from wtforms import BooleanField, SelectMultipleField, URLField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from wbtest.delivery.addresses import LONGEST
from wbtest.delivery.webhooks import KINDS
from wbtest.typed import TypedForm


class WebhookForm(TypedForm):
    url = URLField(
        "Web address",
        [
            DataRequired("Type the address that is to be told."),
            Length(max=LONGEST, message=f"Use at most {LONGEST} characters."),
        ],
    )
    events = SelectMultipleField(
        "When",
        # That one is chosen is the verb's to ask: "required" would be asked of every single box.
        choices=KINDS,
        default=list(KINDS),
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )
    addresses = BooleanField("Send the e-mail of whoever signs up along")
