"""Every address of the API: who may call it, and which function answers."""

from typing import Any, NamedTuple

from wbtest.api import (
    decisions,
    deliveries,
    experiments,
    ideas,
    pages,
    releases,
    results,
    reviews,
    revisions,
    spend_and_notes,
    team,
    tracking_links,
)
from wbtest.team.access import PERMISSIONS

BEGINS = "/api/v1"
LONGEST_BODY = 1024 * 1024
RELEASE = "/releases/<int:release_id>"
REVISION = f"{RELEASE}/revisions/<int:number>"
LINK = f"{RELEASE}/links/<int:reviewer_id>"
CANDIDATE = "/candidates/<int:candidate_id>"
EXPERIMENT = "/experiments/<int:experiment_id>"
DECISION = f"{EXPERIMENT}/decisions/<int:number>"
ASIDE = f"{EXPERIMENT}/set-aside/<int:number>"
SHARED = f"{EXPERIMENT}/shared/<int:number>"
COMMENT = f"{REVISION}/comments/<int:comment_id>"
MEMBER = "/members/<int:person_id>"
INVITATION = "/invitations/<int:invitation_id>"
HOOK = "/webhooks/<int:webhook_id>"
MAIL = "/mails/<int:mail_id>"
READING = ("read", "read")
WRITING = ("edit", "write")
# What changes what others rest on.
BY_APPROVER = ("approve", "decide")
# What owners see, and what they do.
SEEN_BY_OWNER = ("own", "admin")
BY_OWNER = ("own", "manage")


class Route(NamedTuple):
    """An address and the ``function`` that answers.

    The token must hold the ``scope``, and its maker's role must reach the ``permission``.
    ``is_of_one_moment``: who asks is read in the transaction in which the figures are.
    """

    method: str
    address: str
    function: Any
    permission: str
    scope: str
    status: int = 200
    longest_body: int = LONGEST_BODY
    is_of_one_moment: bool = False

    @property
    def name(self) -> str:
        """The name of the function, which is that of the endpoint and of the operation."""
        return str(self.function.__name__)

    @property
    def area(self) -> str:
        """The name of its module, under which the description lists it."""
        return str(self.function.__module__).rpartition(".")[2]


ROUTES = (
    Route("GET", "/releases", releases.list_releases, *READING),
    Route("POST", "/releases", releases.create_release, *WRITING, 201),
    Route("POST", "/releases/import", releases.import_release, *WRITING, 201),
    Route("GET", RELEASE, releases.get_release, *READING),
    Route("PATCH", RELEASE, releases.change_release, *WRITING),
    Route("DELETE", RELEASE, releases.delete_release, *WRITING, 204),
    Route("GET", f"{RELEASE}/findings", releases.list_findings, *READING),
    Route("POST", f"{RELEASE}/grow", releases.grow_release, *WRITING),
    Route("POST", f"{RELEASE}/copies", releases.copy_release, *WRITING, 201),
    Route("GET", f"{RELEASE}/history", releases.get_history, *READING),
    Route("POST", f"{RELEASE}/restore", releases.restore_release, *WRITING),
    Route("POST", f"{RELEASE}/take-up", releases.take_release_up, *BY_APPROVER),
    Route("GET", f"{RELEASE}/waivers", releases.list_waivers, *READING),
    Route("POST", f"{RELEASE}/waivers", releases.waive_finding, *WRITING, 201),
    Route("DELETE", "/waivers/<int:waiver_id>", releases.take_waiver_back, *WRITING, 204),
    Route("GET", f"{RELEASE}/questions", releases.list_questions, *READING),
    Route("POST", f"{CANDIDATE}/accept", releases.accept_question, *WRITING),
    Route("POST", f"{CANDIDATE}/merge", releases.merge_question, *WRITING),
    Route("POST", f"{CANDIDATE}/dismiss", releases.dismiss_question, *WRITING),
    Route("POST", f"{RELEASE}/revisions", revisions.create_revision, *WRITING, 201),
    Route("GET", REVISION, revisions.get_revision, *READING),
    Route("GET", f"{REVISION}/findings", revisions.list_revision_findings, *READING),
    Route("GET", f"{REVISION}/diff/<int:other>", revisions.compare_revisions, *READING),
    Route("POST", f"{REVISION}/approvals", revisions.approve_revision, *BY_APPROVER, 201),
    Route("POST", f"{REVISION}/verdicts", revisions.object_to_revision, *BY_APPROVER, 201),
    Route("POST", f"{REVISION}/waivers", revisions.let_finding_stay, *BY_APPROVER, 201),
    Route("GET", f"{REVISION}/ask", revisions.get_review, "edit", "read"),
    Route("POST", f"{REVISION}/ask", revisions.ask_for_review, *WRITING, 201),
    Route("GET", f"{RELEASE}/links", revisions.list_links, "edit", "read"),
    Route("POST", f"{RELEASE}/links", revisions.make_link, *WRITING, 201),
    Route("POST", f"{LINK}/renew", revisions.renew_link, *WRITING),
    Route("DELETE", LINK, revisions.close_link, *WRITING, 204),
    Route("GET", f"{REVISION}/comments", reviews.list_comments, *READING),
    Route("POST", f"{REVISION}/comments", reviews.write_comment, "read", "write", 201),
    Route("POST", f"{COMMENT}/replies", reviews.reply_to_comment, "read", "write", 201),
    Route("POST", f"{COMMENT}/settle", reviews.settle_comment, "read", "write"),
    Route("POST", f"{COMMENT}/apply", reviews.apply_comment, *WRITING),
    Route("DELETE", COMMENT, reviews.delete_comment, "read", "write", 204),
    Route("GET", f"{REVISION}/reading", reviews.get_reading, *READING),
    Route("POST", f"{REVISION}/reading/begin", reviews.begin_reading, "read", "write"),
    Route("POST", f"{REVISION}/answers", reviews.answer_blind, "read", "write", 201),
    Route("POST", f"{REVISION}/reading/finish", reviews.finish_reading, "read", "write"),
    Route("POST", f"{REVISION}/reading/close", reviews.close_reading, "read", "write"),
    Route("POST", f"{REVISION}/forecasts", reviews.forecast_rate, "read", "write", 201),
    Route("GET", f"{REVISION}/alignment", reviews.get_alignment, *READING),
    Route("POST", f"{REVISION}/alignment", reviews.mark_answer, "read", "write"),
    Route("POST", f"{RELEASE}/experiments", experiments.create_experiment, *WRITING, 201),
    Route("GET", "/experiments", experiments.list_experiments, *READING),
    Route("GET", EXPERIMENT, experiments.get_experiment, *READING),
    Route("PATCH", EXPERIMENT, experiments.change_experiment, *WRITING),
    Route("DELETE", EXPERIMENT, experiments.delete_experiment, *WRITING, 204),
    Route("POST", f"{EXPERIMENT}/copies", experiments.copy_experiment, *WRITING, 201),
    Route("GET", f"{EXPERIMENT}/look", pages.get_look, *READING),
    Route("PATCH", f"{EXPERIMENT}/look", pages.change_look, *WRITING),
    Route("GET", f"{EXPERIMENT}/words", pages.get_words, *READING),
    Route("PATCH", f"{EXPERIMENT}/words", pages.change_words, *WRITING),
    Route("GET", f"{EXPERIMENT}/options", pages.get_options, *READING),
    Route("PATCH", f"{EXPERIMENT}/options", pages.change_options, *WRITING),
    Route("GET", "/pictures", pages.list_pictures, "edit", "read"),
    Route("POST", "/pictures", pages.add_picture, *WRITING, 201, 10 * 1024 * 1024),
    Route("GET", f"{EXPERIMENT}/launch", experiments.get_launch_check, "edit", "read"),
    Route("POST", f"{EXPERIMENT}/launch", experiments.pass_launch_check, *WRITING),
    Route("POST", f"{EXPERIMENT}/start", experiments.start_experiment, *BY_APPROVER),
    Route("POST", f"{EXPERIMENT}/pause", experiments.pause_experiment, *BY_APPROVER),
    Route("POST", f"{EXPERIMENT}/resume", experiments.resume_experiment, *BY_APPROVER),
    Route("POST", f"{EXPERIMENT}/end", experiments.end_experiment, *BY_APPROVER),
    Route("GET", f"{EXPERIMENT}/afterwards", experiments.get_afterwards, *SEEN_BY_OWNER),
    Route("POST", f"{EXPERIMENT}/afterwards", experiments.choose_afterwards, *BY_OWNER),
    Route("GET", f"{EXPERIMENT}/results", results.get_results, *READING, is_of_one_moment=True),
    Route("GET", f"{EXPERIMENT}/signups", results.get_signups, *SEEN_BY_OWNER),
    Route("POST", f"{EXPERIMENT}/signups/erase", experiments.erase_signup, *BY_OWNER, 204),
    Route("GET", f"{EXPERIMENT}/events", results.get_events, *SEEN_BY_OWNER),
    Route("GET", f"{EXPERIMENT}/set-aside", results.get_aside, *READING, is_of_one_moment=True),
    Route("POST", f"{EXPERIMENT}/set-aside", results.set_group_aside, *BY_OWNER, 201),
    Route("GET", f"{EXPERIMENT}/set-aside/groups", results.list_groups, *SEEN_BY_OWNER),
    Route("POST", f"{ASIDE}/withdraw", results.withdraw_aside, *BY_OWNER),
    Route("GET", f"{EXPERIMENT}/decisions", decisions.list_decisions, *READING),
    Route("POST", f"{EXPERIMENT}/decisions", decisions.decide_experiment, *BY_APPROVER, 201),
    Route("POST", f"{DECISION}/second", decisions.second_decision, *BY_APPROVER),
    Route("POST", f"{DECISION}/turn-down", decisions.turn_decision_down, *BY_APPROVER),
    Route("POST", f"{DECISION}/withdraw", decisions.withdraw_decision, *BY_APPROVER),
    Route("GET", f"{EXPERIMENT}/checklist", decisions.get_checklist, *READING),
    Route("PUT", f"{EXPERIMENT}/checklist", decisions.replace_checklist, *WRITING),
    Route("GET", f"{EXPERIMENT}/learning", decisions.get_learning, *READING),
    Route("POST", f"{EXPERIMENT}/learning", decisions.save_learning, *WRITING),
    Route("POST", f"{EXPERIMENT}/learning/<key>", decisions.mark_assumption, *WRITING),
    Route("POST", f"{EXPERIMENT}/next-draft", decisions.begin_next_draft, *WRITING),
    Route("GET", f"{EXPERIMENT}/closing", experiments.get_closing, "approve", "read"),
    Route("POST", f"{EXPERIMENT}/closing", experiments.tell_visitors, *BY_APPROVER),
    Route("POST", f"{EXPERIMENT}/purge", experiments.purge_visitors, *BY_OWNER),
    Route("GET", f"{EXPERIMENT}/shared", results.list_shared, *READING),
    Route("POST", f"{EXPERIMENT}/shared", results.make_shared, *BY_APPROVER, 201),
    Route("POST", f"{SHARED}/renew", results.renew_shared, *BY_APPROVER),
    Route("DELETE", SHARED, results.close_shared, *BY_APPROVER, 204),
    Route("GET", f"{EXPERIMENT}/off-site-form", tracking_links.get_off_site_form, *READING),
    Route("PUT", f"{EXPERIMENT}/off-site-form", tracking_links.change_off_site_form, *WRITING),
    Route("GET", f"{EXPERIMENT}/links", tracking_links.list_tracking_links, *READING),
    Route("POST", f"{EXPERIMENT}/links", tracking_links.add_tracking_links, *WRITING, 201),
    Route(
        "DELETE", f"{EXPERIMENT}/links/<key>", tracking_links.remove_tracking_link, *WRITING, 204
    ),
    Route("GET", f"{EXPERIMENT}/spend", spend_and_notes.list_spend, *READING),
    Route("POST", f"{EXPERIMENT}/spend", spend_and_notes.add_spend, *WRITING, 201),
    Route("DELETE", f"{EXPERIMENT}/spend/<key>", spend_and_notes.delete_spend, *WRITING, 204),
    Route("GET", f"{EXPERIMENT}/notes", spend_and_notes.list_notes, *READING),
    Route("POST", f"{EXPERIMENT}/notes", spend_and_notes.add_note, *WRITING, 201),
    Route("DELETE", f"{EXPERIMENT}/notes/<key>", spend_and_notes.delete_note, *WRITING, 204),
    Route("GET", "/portfolio", ideas.get_portfolio, *READING, is_of_one_moment=True),
    Route("GET", "/needs-me", ideas.list_needs, *READING),
    Route("GET", "/team", team.get_team, *READING),
    Route("PATCH", "/team", team.change_team, *BY_OWNER),
    Route("GET", "/approving", team.get_approving, *READING),
    Route("PATCH", "/approving", team.change_approving, *BY_OWNER),
    Route("GET", "/coach", team.get_coach, *READING),
    Route("PATCH", "/coach", team.change_coach, *BY_OWNER),
    Route("GET", "/members", team.list_members, *SEEN_BY_OWNER),
    Route("PATCH", MEMBER, team.change_member, *BY_OWNER),
    Route("DELETE", MEMBER, team.remove_member, *BY_OWNER, 204),
    Route("GET", "/invitations", team.list_invitations, *SEEN_BY_OWNER),
    Route("POST", "/invitations", team.invite_person, *BY_OWNER, 201),
    Route("POST", f"{INVITATION}/again", team.invite_again, *BY_OWNER),
    Route("DELETE", INVITATION, team.take_invitation_back, *BY_OWNER, 204),
    Route("GET", "/tokens", team.list_tokens, *SEEN_BY_OWNER),
    Route("POST", "/tokens", team.make_token, *BY_OWNER, 201),
    Route("DELETE", "/tokens/<int:token_id>", team.end_token, *BY_OWNER, 204),
    Route("GET", "/webhooks", deliveries.list_webhooks, *SEEN_BY_OWNER),
    Route("POST", "/webhooks", deliveries.add_webhook, *BY_OWNER, 201),
    Route("GET", HOOK, deliveries.get_webhook, *SEEN_BY_OWNER),
    Route("PATCH", HOOK, deliveries.change_webhook, *BY_OWNER, 204),
    Route("DELETE", HOOK, deliveries.delete_webhook, *BY_OWNER, 204),
    Route("POST", f"{HOOK}/test", deliveries.try_webhook, *BY_OWNER, 202),
    Route("GET", f"{HOOK}/deliveries", deliveries.list_deliveries, *SEEN_BY_OWNER),
    Route("POST", f"{HOOK}/deliveries/again", deliveries.send_deliveries_again, *BY_OWNER, 202),
    Route("GET", "/mails", deliveries.list_mails, *SEEN_BY_OWNER),
    Route("POST", "/mails/again", deliveries.send_mails_again, *BY_OWNER, 202),
    Route("POST", f"{MAIL}/again", deliveries.send_mail_again, *BY_OWNER, 202),
    Route("DELETE", MAIL, deliveries.dismiss_mail, *BY_OWNER, 204),
    Route("GET", "/audit", team.list_audit_lines, *SEEN_BY_OWNER),
)
assert all(route.permission in PERMISSIONS for route in ROUTES)
