"""The form with which a member says which mails they want."""

from flask_wtf import FlaskForm
from wtforms import BooleanField


class MailsForm(FlaskForm):
    events = BooleanField("Verdicts and broken tests")
    weekly = BooleanField("Weekly summary")
    alarms = BooleanField("Unusual sign-ups")
