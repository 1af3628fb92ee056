"""The form that asks somebody in, and the one by which somebody new joins."""

from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from wbtest.team.access import ROLES
from wbtest.team.forms import good_password, one_line, reachable
from wbtest.typed import TypedForm

ROLE_CHOICES = {role: role.capitalize() for role in ROLES}


class InviteForm(TypedForm):
    email = EmailField("Their e-mail", [DataRequired("Type the e-mail."), reachable], [one_line])
    role = SelectField("Their role", choices=ROLE_CHOICES, default="editor")


class JoinForm(TypedForm):
    name = StringField(
        "Your name",
        [DataRequired("Type your name."), Length(max=120, message="Use at most 120 characters.")],
        [one_line],
    )
    password = PasswordField("Password", [DataRequired("Choose a password."), good_password])
