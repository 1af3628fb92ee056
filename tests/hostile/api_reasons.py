"""Fields of the API that keep no text of the sender, by the reason.

A new field of a body is taken, given back and shown, or it stands here.
"""

_WHY_REFUSED = {
    "names what there is": """
        restore_release.text restore_release.part waive_finding.rule waive_finding.part
        waive_finding.words let_finding_stay.rule let_finding_stay.part let_finding_stay.words
        merge_question.question write_comment.path write_comment.words mark_answer.question
        replace_checklist.sentences.[].key replace_checklist.digest change_look.logo
        change_look.hero change_look.photo choose_afterwards.waiting_variant erase_signup.email
        purge_visitors.slug decide_experiment.mark set_group_aside.value""",
    "an address on the web": """
        change_options.preorder_url change_options.link_url create_experiment.host
        change_experiment.host""",
    "one of a few words of ours": """
        create_experiment.time_zone change_experiment.time_zone change_look.layout
        change_look.palette change_look.family change_look.corner add_spend.currency
        change_coach.muted.[] add_webhook.events.[]""",
    "a code, a colour, small letters, digits and hyphens": """
        create_release.language change_release.language change_look.accent change_look.salt
        create_experiment.slug change_experiment.slug create_experiment.variants.[].key
        change_experiment.variants.[].key""",
    "a plain https link": "change_options.preorder_url change_off_site_form.sites.[]",
    "a day, a moment or an amount": """
        create_release.dateline.date change_release.dateline.date create_release.faq.[].open.until
        change_release.faq.[].open.until create_experiment.hypothesis.ends_on
        change_experiment.hypothesis.ends_on
        create_experiment.hypothesis.crowds.[].from create_experiment.hypothesis.crowds.[].until
        change_experiment.hypothesis.crowds.[].from change_experiment.hypothesis.crowds.[].until
        add_spend.first add_spend.last add_spend.amount
        add_note.day""",
    "the password of whoever asks": """
        make_token.password change_member.password invite_person.password invite_again.password""",
}
_WHY_KEPT_FROM_ALL = {
    "a secret": "make_shared.password",
    "names what there is, and whatever else is passed over": """
        send_deliveries_again.ids.[] pass_launch_check.seen.[]""",
    "kept of a lone approver on the first day alone": "approve_revision.traded_away",
}
_WHY_ON_PAGES = {
    "what a reader thought afterwards stands where texts are compared": """
        close_reading.reason close_reading.read_on close_reading.headline close_reading.disbelief
        close_reading.who_says close_reading.rival""",
}


def _names(reasons: dict[str, str]) -> set[str]:
    return {name for names in reasons.values() for name in names.split()}


REFUSED = _names(_WHY_REFUSED)
KEPT_FROM_ALL = _names(_WHY_KEPT_FROM_ALL)
ON_PAGES_ALONE = _names(_WHY_ON_PAGES)
