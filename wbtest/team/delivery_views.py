"""What is on its way out, and what did not arrive: for its owners."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from wbtest.delivery import outbox
from wbtest.delivery.failing import failing_jobs
from wbtest.delivery.models import OutboxMail
from wbtest.team import access, dead_letters, subscriptions
from wbtest.team.account.proving_views import proved
from wbtest.team.views import bp, has_mail_server


@bp.get("/team/deliveries")
@access.requires("own")
@proved("GET")
def deliveries() -> ResponseReturnValue:
    """The mails that wait, were given up or bounced, how the webhooks fare, and what failed."""
    return render_template(
        "team/deliveries.html",
        queue=outbox.queue_of(),
        mails={state: outbox.mails_of(state) for state in ("waiting", "failed", "bounced")},
        hooks=subscriptions.webhooks_of(),
        counts=subscriptions.counts_of(),
        failing=failing_jobs(),
        has_mail_server=has_mail_server(),
    )


@bp.post("/team/deliveries/again")
@access.requires("own")
def send_mails_again() -> ResponseReturnValue:
    """Queue every mail that was given up."""
    number = dead_letters.send_all_again()
    flash(f"{number} {'mail is' if number == 1 else 'mails are'} on the way again.")
    return redirect(url_for(".deliveries"), 303)


@bp.post("/team/deliveries/<int:mail_id>/again")
@access.requires("own")
def send_mail_again(mail_id: int) -> ResponseReturnValue:
    """Queue one mail that was given up."""
    dead_letters.send_again(access.get(OutboxMail, mail_id, "own"))
    # To whom, only the page says that asks for the password again.
    flash("The mail is on the way again.")
    return redirect(url_for(".deliveries"), 303)


@bp.post("/team/deliveries/<int:mail_id>/dismiss")
@access.requires("own")
def dismiss_mail(mail_id: int) -> ResponseReturnValue:
    """Delete one mail that did not arrive."""
    dead_letters.dismiss(access.get(OutboxMail, mail_id, "own"))
    flash("The mail is deleted.")
    return redirect(url_for(".deliveries"), 303)
