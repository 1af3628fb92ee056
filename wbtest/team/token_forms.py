"""The form for a token of the API."""

from wtforms import IntegerField, PasswordField, SelectMultipleField, StringField, widgets
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from wbtest.team.passwords import LONGEST
from wbtest.team.tokens import LONGEST_LIFE, LONGEST_NAME, SCOPES
from wbtest.typed import TypedForm


class TokenForm(TypedForm):
    name = StringField(
        "Which program is it for",
        [
            DataRequired("Say which program will use it."),
            Length(max=LONGEST_NAME, message=f"Use at most {LONGEST_NAME} characters."),
        ],
    )
    scopes = SelectMultipleField(
        "What it may do",
        # That one is chosen is the verb's to ask: "required" would be asked of every single box.
        choices=SCOPES,
        widget=widgets.ListWidget(),
        option_widget=widgets.CheckboxInput(),
    )
    days = IntegerField(
        "Ends by itself after",
        [
            Optional(),
            NumberRange(1, LONGEST_LIFE, f"Type 1 to {LONGEST_LIFE} days, or leave it empty."),
        ],
    )
    password = PasswordField(
        "Your password",
        [
            DataRequired("Type the password you log in with."),
            Length(max=LONGEST, message=f"Use at most {LONGEST} characters."),
        ],
    )
