"""The form with which a revision is approved."""

from wtforms import Form, TextAreaField


class ApproveForm(Form):
    """``traded_away`` is asked of a lone approver on the release's first day only."""

    traded_away = TextAreaField("What did you trade away?", default="")
