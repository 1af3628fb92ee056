"""Forms of this area, and how a verb's refusal gets to its field."""

from wtforms import BooleanField, EmailField, Field, PasswordField, StringField, ValidationError
from wtforms.validators import DataRequired, EqualTo, Length, Optional

from wbtest.store import Refused
from wbtest.team.limits import RateLimited
from wbtest.team.passwords import LONGEST, find_fault
from wbtest.team.people import clean_email
from wbtest.typed import TypedForm


def put_refusal(form: TypedForm, refused: Refused) -> None:
    """Show a verb's sentence at the field it is about, or above the form when it has none here.

    Whoever tried too often is told so by a page of its own, and when to come again.
    """
    if isinstance(refused, RateLimited):
        raise refused
    if refused.field in form:
        field = form[refused.field]
        field.errors = [*field.errors, str(refused)]
    else:
        form.form_errors.append(str(refused))


def one_line(text: str | None) -> str | None:
    """A filter: no space at the ends, no line breaks and no double spaces between."""
    return " ".join(text.split()) if text else text


def reachable(_form: TypedForm, field: Field) -> None:
    """A validator: the verbs say the same, but a form says it of all its fields at once."""
    try:
        clean_email(field.data or "")
    except Refused as refused:
        raise ValidationError(str(refused)) from refused


def good_password(_form: TypedForm, field: Field) -> None:
    """A validator, as above."""
    if fault := find_fault(field.data or ""):
        raise ValidationError(fault)


def at_most(length: int) -> Length:
    """A validator: so many characters and no more."""
    return Length(max=length, message=f"Use at most {length} characters.")


class EndingTokens(TypedForm):
    """A part of forms after which one may not want programs to go on as before."""

    ends_tokens = BooleanField("Also end my API tokens")

    def offer(self, number: int) -> None:
        """Say how many would end; who has none is not asked."""
        if number:
            tokens = "API token" if number == 1 else f"{number} API tokens"
            self.ends_tokens.label.text = f"Also end my {tokens}"
        else:
            del self.ends_tokens

    def is_wanted(self) -> bool:
        """Whether the box was ticked."""
        return "ends_tokens" in self and bool(self.ends_tokens.data)


class LogInForm(TypedForm):
    email = EmailField("E-mail", [DataRequired("Type your e-mail."), at_most(320)])
    password = PasswordField("Password", [DataRequired("Type your password."), at_most(LONGEST)])


class SetupForm(TypedForm):
    name = StringField("Your name", [DataRequired("Type your name."), at_most(120)], [one_line])
    email = EmailField("Your e-mail", [DataRequired("Type your e-mail."), reachable])
    password = PasswordField("Password", [DataRequired("Choose a password."), good_password])
    team_name = StringField(
        "Team or company", [DataRequired("Name your team."), at_most(120)], [one_line]
    )
    controller = StringField("Who is responsible", [Optional(), at_most(300)], [one_line])
    contact_email = EmailField("E-mail for visitors", [Optional(), reachable], [one_line])


class PasswordForm(EndingTokens):
    old_password = PasswordField(
        "Your password now", [DataRequired("Type the password you log in with."), at_most(LONGEST)]
    )
    new_password = PasswordField(
        "New password", [DataRequired("Choose a new password."), good_password]
    )
    repeated = PasswordField(
        "New password, once more",
        [EqualTo("new_password", "The two differ. Type the new password once more.")],
    )


class TeamForm(TypedForm):
    team_name = StringField(
        "Team or company", [DataRequired("Name your team."), at_most(120)], [one_line]
    )
    controller = StringField(
        "Who is responsible",
        [DataRequired("Say who is responsible: visitors have a right to know."), at_most(300)],
        [one_line],
    )
    contact_email = EmailField(
        "E-mail for visitors",
        [DataRequired("Visitors need a place to write to."), reachable],
        [one_line],
    )


class DeletingForm(TypedForm):
    team_name = StringField(
        "Type the name of the team", [DataRequired("Type the name of the team."), at_most(120)]
    )
    password = PasswordField(
        "Your password", [DataRequired("Type the password you log in with."), at_most(LONGEST)]
    )
