"""What is written into the audit log, and how a line of it reads. Pure.

An action is what somebody may have to answer for later: it opens or closes a door, decides, shows
something to strangers, or touches what strangers left. Writing and reading are no actions. That
somebody was turned away is told apart from them.
"""

KINDS = {
    "people": "People and log-in",
    "texts": "Texts and approvals",
    "pages": "Pages and decisions",
    "visitors": "What visitors left",
    "sending": "Mail and webhooks",
    "refusals": "Who was turned away",
}
# Shown where they are asked for, and nowhere between what was done.
APART = "refusals"
# By kind: the action, and the words that follow the name of who did it.
ACTIONS: dict[str, dict[str, str]] = {
    "people": {
        "team.made": "made the team",
        "team.changed": "changed the name of the team or who is responsible",
        "team.exported": "exported everything as a file:",
        "team.imported": "imported everything from a file:",
        "team.deleted": "deleted everything of the team",
        "person.added": "gave a log-in to",
        "person.invited": "invited",
        "person.invited_again": "sent again the invitation of",
        "person.uninvited": "took back the invitation of",
        "person.joined": "accepted an invitation and is now",
        "person.role_changed": "changed the role of",
        "person.removed": "removed from the team",
        "person.left": "left the team",
        "person.password_set": "set a new password for",
        "login.succeeded": "logged in",
        "login.failed": "failed to log in",
        "login.ended": "logged out",
        "login.password_changed": "changed their own password",
        "login.password_refused": "typed a wrong password where it is asked for once more",
        "login.reset_asked": "asked for a new password by mail",
        "login.reset": "set a new password by a link from a mail",
        "login.email_asked": "asked to log in with another e-mail",
        "login.email_changed": "changed their e-mail; before it was",
        "login.renamed": "changed their name; before it was",
        "login.session_ended": "logged out a device of theirs:",
        "login.sessions_ended": "logged out all other devices of theirs",
        "login.code_refused": "typed a wrong code",
        "login.recovery_code_used": "used a recovery code;",
        "factor.turned_on": "turned on their second factor",
        "factor.turned_off": "turned off their second factor",
        "person.factor_off": "turned off the second factor of",
        "token.made": "made the API token",
        "token.revoked": "ended the API token",
        "audit.exported": "took the audit log away as a file",
    },
    "texts": {
        "release.imported": "brought in a release",
        "release.deleted": "deleted the draft of",
        "revision.frozen": "froze",
        "coach.changed": "changed what the coach looks for",
        "waiver.given": "let words stay that the coach stopped:",
        "waiver.taken_back": "took a reason back:",
        "review.asked": "asked for a review of",
        "review_link.made": "made a review link for",
        "review_link.renewed": "renewed the review link of",
        "review_link.revoked": "closed the review link of",
        "approving.changed": "changed how many must approve",
        "revision.approved": "approved",
        "release.stopped": "stopped",
        "release.taken_up": "took up again",
    },
    "pages": {
        "experiment.made": "began an experiment at",
        "experiment.deleted": "deleted the draft of",
        "experiment.checked": "passed the launch check of",
        "experiment.started": "started",
        "experiment.paused": "paused",
        "experiment.resumed": "resumed",
        "experiment.ended": "ended",
        "experiment.correction_asked": "asked to correct a mistake on",
        "experiment.corrected": "corrected a mistake on",
        "experiment.correction_withdrawn": "withdrew a correction of",
        "experiment.closed": "closed the address",
        "experiment.opened": "opened a waiting list at",
        "experiment.decided": "decided on",
        "spend.added": "entered what was spent:",
        "spend.deleted": "deleted what was entered as spent:",
        "note.deleted": "deleted a note on",
        "experiment.proposed": "signed a decision that waits for a second person, on",
        "experiment.seconded": "was the second person who decided on",
        "experiment.turned_down": "turned down a decision that waited, on",
        "experiment.withdrawn": "took back a decision that waited, on",
        "shared_link.made": "made a link that shows results:",
        "shared_link.renewed": "gave a new address to the link that shows results:",
        "shared_link.revoked": "closed the link that shows results:",
    },
    "visitors": {
        "signups.exported": "took the sign-ups away as a file:",
        "events.exported": "took every visit away as a file:",
        "visitors.set_aside": "set visitors aside, beside the sealed figures:",
        "visitors.taken_in": "took visitors in, beside the sealed figures:",
        "visitors.aside_withdrawn": "withdrew what was set aside or taken in:",
        "signup.erased": "erased their own address on",
        "signup.erased_for": "erased the address of somebody who asked for it, on",
        "experiment.told": "told everybody the decision of",
        "experiment.purging": "asked to erase what visitors left on",
        "experiment.purged": "erased what visitors left on",
    },
    "sending": {
        "webhook.added": "added the webhook",
        "webhook.enabled": "turned on the webhook",
        "webhook.disabled": "turned off the webhook",
        "webhook.deleted": "deleted the webhook",
        "webhook.tested": "sent a test event to",
        "webhook.sent_again": "sent events again to",
        "mail.sent_again": "sent mail again:",
        "mail.dismissed": "deleted an undelivered mail",
    },
    APART: {
        "refused.role": "was turned away, their role is too low:",
        "refused.scope": "was turned away, the token lacks the scope:",
    },
}
PHRASES = {action: said for actions in ACTIONS.values() for action, said in actions.items()}


def in_words(action: str, about: str) -> str:
    """Return what a line says after the name of who did it.

    >>> in_words("experiment.started", "/p/larder"), in_words("login.succeeded", "")
    ('started /p/larder', 'logged in')
    """
    return f"{PHRASES[action]} {about}".rstrip()
