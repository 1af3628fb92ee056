"""The form with which a member says which mails they want."""

from wtforms import BooleanField

from wbtest.typed import TypedForm


class MailsForm(TypedForm):
    events = BooleanField("Verdicts and broken tests")
    weekly = BooleanField("Weekly summary")
    alarms = BooleanField("Unusual sign-ups")
