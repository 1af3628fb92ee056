"""Forms of the team's pages."""

from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    URLField,
    ValidationError,
)
from wtforms.validators import DataRequired, EqualTo, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from wbtest.delivery import http_client, webhooks
from wbtest.forms import TypedForm, at_most, one_line
from wbtest.store import Refused
from wbtest.team import access, passwords, people
from wbtest.team.tokens import LONGEST_LIFE, LONGEST_NAME, SCOPES

LONGEST_CODE = 40
ROLE_CHOICES = {role: role.capitalize() for role in access.ROLES}


def reachable(_form: TypedForm, field: Field) -> None:
    """A validator: the verbs say the same, but a form says it of all its fields at once."""
    try:
        people.clean_email(field.data or "")
    except Refused as refused:
        raise ValidationError(str(refused)) from refused


def good_password(_form: TypedForm, field: Field) -> None:
    """A validator, as above."""
    if fault := passwords.find_fault(field.data or ""):
        raise ValidationError(fault)


# Some forms share a page, so that the id of a ``control`` differs from its name.
def _own_password(label: str = "Your password", control: str | None = None) -> PasswordField:
    return PasswordField(
        label,
        [DataRequired("Enter the password you log in with."), at_most(passwords.LONGEST_PASSWORD)],
        id=control,
    )


def _new_password() -> PasswordField:
    return PasswordField("New password", [DataRequired("Choose a new password."), good_password])


def _repeated() -> PasswordField:
    fault = "The two passwords differ. Enter the new one again."
    return PasswordField("Repeat new password", [EqualTo("new_password", fault)])


def _code(label: str, control: str | None = None) -> StringField:
    return StringField(label, [DataRequired("Enter a code."), at_most(LONGEST_CODE)], id=control)


def _own_name() -> StringField:
    return StringField("Your name", [DataRequired("Enter your name."), at_most(120)], [one_line])


def _team_name() -> StringField:
    return StringField(
        "Team or company", [DataRequired("Name your team."), at_most(120)], [one_line]
    )


class EndingTokens(TypedForm):
    """A part of forms after which one may not want programs to go on as before."""

    ends_tokens = BooleanField("Also delete my API tokens")

    def offer(self, number: int) -> None:
        """Say how many would end; people without any are not asked."""
        if number:
            tokens = "API token" if number == 1 else f"{number} API tokens"
            self.ends_tokens.label.text = f"Also delete my {tokens}"
        else:
            del self.ends_tokens

    def is_wanted(self) -> bool:
        """Whether the box was ticked."""
        return "ends_tokens" in self and bool(self.ends_tokens.data)


class LogInForm(TypedForm):
    email = EmailField("Email", [DataRequired("Enter your email."), at_most(320)])
    password = PasswordField(
        "Password", [DataRequired("Enter your password."), at_most(passwords.LONGEST_PASSWORD)]
    )


class SetupForm(TypedForm):
    name = _own_name()
    email = EmailField("Your email", [DataRequired("Enter your email."), reachable])
    password = PasswordField("Password", [DataRequired("Choose a password."), good_password])
    team_name = _team_name()
    controller = StringField("Who is responsible", [Optional(), at_most(300)], [one_line])
    contact_email = EmailField("Email for visitors", [Optional(), reachable], [one_line])


class PasswordForm(EndingTokens):
    old_password = _own_password("Current password")
    new_password = _new_password()
    repeated = _repeated()


class TeamForm(TypedForm):
    team_name = _team_name()
    controller = StringField(
        "Who is responsible",
        [DataRequired("Enter who is responsible. Visitors have a right to know."), at_most(300)],
        [one_line],
    )
    contact_email = EmailField(
        "Email for visitors",
        [DataRequired("Enter an email that visitors can write to."), reachable],
        [one_line],
    )


class DeletingForm(TypedForm):
    team_name = StringField("Team name", [DataRequired("Enter the team’s name."), at_most(120)])
    password = _own_password()


class NameForm(TypedForm):
    name = _own_name()


class AskForResetForm(TypedForm):
    email = EmailField("Email", [DataRequired("Enter your email."), at_most(320), reachable])


class ResetForm(EndingTokens):
    # Somebody else may know the lost password.
    ends_tokens = BooleanField("Also delete my API tokens", default=True)
    new_password = _new_password()
    repeated = _repeated()


class EmailForm(TypedForm):
    new_email = EmailField(
        "New email", [DataRequired("Enter the new email."), at_most(320), reachable], [one_line]
    )
    password = _own_password(control="email-password")


class CodeForm(TypedForm):
    code = _code("Code")


class ProvingForm(TypedForm):
    password = _own_password()
    code = _code("App or recovery code")


class TurnOnForm(EndingTokens):
    # The secret that the page showed, signed; with another one the page is shown again.
    secret = HiddenField(validators=[Length(max=1000)])
    code = _code("Code from the app")
    password = _own_password(control="factor-password")
    ends_tokens = BooleanField("Also delete my API tokens", id="factor-tokens")


class TurnOffForm(EndingTokens):
    code = _code("App or recovery code")
    password = _own_password(control="factor-password")
    ends_tokens = BooleanField("Also delete my API tokens", id="factor-tokens")


class InviteForm(TypedForm):
    email = EmailField("Their email", [DataRequired("Enter an email."), reachable], [one_line])
    role = SelectField("Their role", choices=ROLE_CHOICES, default="editor")


class JoinForm(TypedForm):
    name = _own_name()
    password = PasswordField("Password", [DataRequired("Choose a password."), good_password])


class TokenForm(TypedForm):
    name = StringField(
        "Token name",
        [
            DataRequired("Enter a name. For example, the program that will use it."),
            at_most(LONGEST_NAME),
        ],
    )
    scopes = SelectMultipleField(
        "Permissions",
        # That one is chosen is the verb's to ask: "required" would be asked of every single box.
        choices=SCOPES,
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )
    days = IntegerField(
        "Expires after",
        [
            Optional(),
            NumberRange(1, LONGEST_LIFE, f"Enter 1 to {LONGEST_LIFE} days, or leave it empty."),
        ],
    )
    password = _own_password()


class WebhookForm(TypedForm):
    url = URLField(
        "Address",
        [
            DataRequired("Enter the address to send events to."),
            at_most(http_client.LONGEST_URL),
        ],
    )
    events = SelectMultipleField(
        "Events",
        # That one is chosen is the verb's to ask: "required" would be asked of every single box.
        choices=webhooks.KINDS,
        default=list(webhooks.KINDS),
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )
    addresses = BooleanField("Include sign-ups’ email addresses")
