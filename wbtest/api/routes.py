"""Every address of the API: who may call it, and which function answers.

What answers is loaded when it is first called: nobody who serves pages waits for it.
"""

from importlib import import_module
from typing import Any, NamedTuple

from wbtest.team.access import PERMISSIONS

BEGINS = "/api/v1"


class Route(NamedTuple):
    """``does`` is module and function below ``wbtest.api``.

    The token must hold the ``scope``, and its maker's role must reach the ``permission``.
    """

    method: str
    address: str
    does: str
    permission: str
    scope: str
    status: int = 200

    @property
    def name(self) -> str:
        """The name of the function, which is that of the endpoint and of the operation."""
        return self.does.partition(".")[2]

    @property
    def function(self) -> Any:
        """What answers."""
        module, _, name = self.does.partition(".")
        return getattr(import_module(f"wbtest.api.{module}"), name)


RELEASE = "/releases/<int:release_id>"
REVISION = f"{RELEASE}/revisions/<int:number>"
EXPERIMENT = "/experiments/<int:experiment_id>"
DECISION = f"{EXPERIMENT}/decisions/<int:number>"
COMMENT = f"{REVISION}/comments/<int:comment_id>"
# What changes what others rest on.
BY_APPROVER = ("approve", "decide")

ROUTES = (
    Route("GET", "/releases", "releases.list_releases", "read", "read"),
    Route("POST", "/releases", "releases.create_release", "edit", "write", 201),
    Route("POST", "/releases/import", "releases.import_release", "edit", "write", 201),
    Route("GET", RELEASE, "releases.get_release", "read", "read"),
    Route("PATCH", RELEASE, "releases.change_release", "edit", "write"),
    Route("GET", f"{RELEASE}/findings", "releases.list_findings", "read", "read"),
    Route("POST", f"{RELEASE}/revisions", "revisions.freeze_release", "edit", "write", 201),
    Route("GET", REVISION, "revisions.get_revision", "read", "read"),
    Route("GET", f"{REVISION}/findings", "revisions.list_revision_findings", "read", "read"),
    Route("GET", f"{REVISION}/diff/<int:other>", "revisions.compare_revisions", "read", "read"),
    Route("POST", f"{REVISION}/approvals", "revisions.approve_revision", *BY_APPROVER, 201),
    Route("POST", f"{REVISION}/verdicts", "revisions.object_to_revision", *BY_APPROVER, 201),
    Route("POST", f"{REVISION}/waivers", "revisions.let_finding_stay", *BY_APPROVER, 201),
    Route("GET", f"{REVISION}/comments", "reviews.list_comments", "read", "read"),
    Route("POST", f"{REVISION}/comments", "reviews.write_comment", "read", "write", 201),
    Route("POST", f"{COMMENT}/replies", "reviews.reply_to_comment", "read", "write", 201),
    Route("GET", f"{REVISION}/reading", "reviews.get_reading", "read", "read"),
    Route("POST", f"{REVISION}/reading/begin", "reviews.begin_reading", "read", "write"),
    Route("POST", f"{REVISION}/answers", "reviews.answer_blind", "read", "write", 201),
    Route("POST", f"{REVISION}/reading/finish", "reviews.finish_reading", "read", "write"),
    Route("POST", f"{REVISION}/reading/close", "reviews.close_reading", "read", "write"),
    Route("POST", f"{REVISION}/forecasts", "reviews.forecast_rate", "read", "write", 201),
    Route("POST", f"{RELEASE}/experiments", "experiments.create_experiment", "edit", "write", 201),
    Route("GET", "/experiments", "experiments.list_experiments", "read", "read"),
    Route("GET", EXPERIMENT, "experiments.get_experiment", "read", "read"),
    Route("PATCH", EXPERIMENT, "experiments.change_experiment", "edit", "write"),
    Route("GET", f"{EXPERIMENT}/launch", "experiments.get_launch_check", "edit", "read"),
    Route("POST", f"{EXPERIMENT}/launch", "experiments.pass_launch_check", "edit", "write"),
    Route("POST", f"{EXPERIMENT}/start", "running.start_experiment", *BY_APPROVER),
    Route("POST", f"{EXPERIMENT}/pause", "running.pause_experiment", *BY_APPROVER),
    Route("POST", f"{EXPERIMENT}/resume", "running.resume_experiment", *BY_APPROVER),
    Route("POST", f"{EXPERIMENT}/end", "running.end_experiment", *BY_APPROVER),
    Route("POST", f"{EXPERIMENT}/phases", "running.open_phase", *BY_APPROVER, 201),
    Route("GET", f"{EXPERIMENT}/results", "figures.get_results", "read", "read"),
    Route("GET", f"{EXPERIMENT}/signups", "files.get_signups", "own", "admin"),
    Route("GET", f"{EXPERIMENT}/events", "files.get_events", "own", "admin"),
    Route("GET", f"{EXPERIMENT}/decisions", "decisions.list_decisions", "read", "read"),
    Route("POST", f"{EXPERIMENT}/decisions", "decisions.decide_experiment", *BY_APPROVER, 201),
    Route("POST", f"{DECISION}/second", "decisions.second_decision", *BY_APPROVER),
    Route("POST", f"{DECISION}/turn-down", "decisions.turn_decision_down", *BY_APPROVER),
    Route("POST", f"{DECISION}/withdraw", "decisions.withdraw_decision", *BY_APPROVER),
    Route("GET", f"{EXPERIMENT}/spend", "meanwhile.list_spend", "read", "read"),
    Route("POST", f"{EXPERIMENT}/spend", "meanwhile.add_spend", "edit", "write", 201),
    Route("GET", f"{EXPERIMENT}/annotations", "meanwhile.list_annotations", "read", "read"),
    Route("POST", f"{EXPERIMENT}/annotations", "meanwhile.add_annotation", "edit", "write", 201),
    Route("GET", "/portfolio", "figures.get_portfolio", "read", "read"),
    Route("GET", "/needs-me", "needs.list_needs", "read", "read"),
    Route("GET", "/webhooks", "team.list_webhooks", "own", "admin"),
    Route("GET", "/tokens", "team.list_tokens", "own", "admin"),
    Route("GET", "/members", "team.list_members", "own", "admin"),
    Route("GET", "/audit", "team.list_audit_lines", "own", "admin"),
)
assert all(route.permission in PERMISSIONS for route in ROUTES)
