"""Forms of one's own account."""

from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from wbtest.team.forms import EndingTokens, at_most, good_password, one_line, reachable
from wbtest.team.passwords import LONGEST
from wbtest.team.zones import time_zones
from wbtest.typed import TypedForm

LONGEST_CODE = 40


def _own_password() -> PasswordField:
    return PasswordField(
        "Your password", [DataRequired("Type the password you log in with."), at_most(LONGEST)]
    )


def _code(label: str) -> StringField:
    return StringField(label, [DataRequired("Type a code."), at_most(LONGEST_CODE)])


class NameForm(TypedForm):
    name = StringField("Your name", [DataRequired("Type your name."), at_most(120)], [one_line])


class DailyMailForm(TypedForm):
    is_wanted = BooleanField("Tell me each morning what is new")
    # What it may be the verb says, in a sentence.
    time_zone = SelectField("Your time zone", choices=time_zones, validate_choice=False)


class AskForResetForm(TypedForm):
    email = EmailField("E-mail", [DataRequired("Type your e-mail."), at_most(320), reachable])


class ResetForm(EndingTokens):
    # Whoever lost the password may have lost it to somebody.
    ends_tokens = BooleanField("Also end my API tokens", default=True)
    new_password = PasswordField(
        "New password", [DataRequired("Choose a new password."), good_password]
    )
    repeated = PasswordField(
        "New password, once more",
        [EqualTo("new_password", "The two differ. Type the new password once more.")],
    )


class EmailForm(TypedForm):
    new_email = EmailField(
        "New e-mail", [DataRequired("Type the new e-mail."), at_most(320), reachable], [one_line]
    )
    password = _own_password()


class CodeForm(TypedForm):
    code = _code("Code")


class ProvingForm(TypedForm):
    password = _own_password()
    code = _code("Code from the app, or a recovery code")


class TurnOnForm(EndingTokens):
    # The secret that the page showed, signed; whoever sends another one gets a new page.
    secret = HiddenField(validators=[Length(max=1000)])
    code = _code("Code from the app")
    password = _own_password()


class TurnOffForm(EndingTokens):
    code = _code("Code from the app, or a recovery code")
    password = _own_password()
