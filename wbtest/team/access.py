"""The only way a view gets at an object, and the only place that knows who is asking.

Roles are a ladder: viewer < editor < approver < owner. A stranger is told that nothing is here;
a member whose role is too low is told so.

A person may be in several workspaces, and a request is about one: ``here.py`` says which.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import sqlalchemy as sa
from flask import abort, g, has_request_context, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from wbtest.extensions import db
from wbtest.runtime import runtime
from wbtest.team import here, sending
from wbtest.team.logged_out import ask_to_log_in
from wbtest.team.models import Membership, Person, Workspace

if TYPE_CHECKING:
    from wbtest.team.token_models import ApiToken

# The blueprint whose requests carry a token instead of a cookie.
API = "api"
ROLES = ("viewer", "editor", "approver", "owner")
# What a view declares that asks for no role: somebody's own log-in stays when they left all teams.
OWN_LOG_IN = "self"
# What is asked of whoever has not proved of late who they are; None for who has.
PERMISSIONS = {"read": "viewer", "edit": "editor", "approve": "approver", "own": "owner"}

Model = TypeVar("Model")
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def public(view: View) -> View:
    """Declare that anybody may call this view."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


def requires(permission: str) -> Callable[[View], View]:
    """Declare what a view needs. Nobody logged in is sent to the log-in and back."""

    def turns_away(**kwargs: Any) -> ResponseReturnValue | None:
        role = sending.find_role(kwargs)
        if role and (role_reaches(role, permission) or not here.named_by(kwargs)):
            return None
        if find_person() is None:
            return ask_to_log_in()
        # Where only the form says which workspace it is about, its view finds out.
        found = here.find_by_address(memberships(), kwargs)
        if found is not None:
            g.membership = found
            _membership(permission)
        return None

    def declare(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if find_person() is None:
                return ask_to_log_in()
            g.membership, goes_along = here.settle(memberships(), kwargs)
            _membership(permission)
            if goes_along:
                here.go_along(g.membership)
            return view(*args, **kwargs)

        checked.permission = permission  # type: ignore[attr-defined]
        checked.turns_away = turns_away  # type: ignore[attr-defined]
        return cast(View, checked)

    return declare


def own_log_in(view: View) -> View:
    """Declare that whoever is logged in calls this view about their own log-in, in a team or none.

    It is about no workspace, so that of a form does not matter.
    """

    def turns_away(**_kwargs: Any) -> ResponseReturnValue | None:
        return ask_to_log_in() if find_person() is None else None

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return turns_away() or view(*args, **kwargs)

    checked.permission = OWN_LOG_IN  # type: ignore[attr-defined]
    checked.turns_away = turns_away  # type: ignore[attr-defined]
    return cast(View, checked)


def proved(*methods: str) -> Callable[[View], View]:
    """Declare, below the permission, that these methods want a fresh proof of who asks.

    It is the password, and a code where one is on, at most ten minutes ago; a log-in is one too.
    Without it the view is not called: a page asks, and goes on with what was sent.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            method = "GET" if request.method == "HEAD" else request.method
            asked = runtime().hooks.ask_for_proof() if method in methods else None
            return view(*args, **kwargs) if asked is None else asked

        checked.proved = methods  # type: ignore[attr-defined]
        return cast(View, checked)

    return declare


def proved_in_form(view: View) -> View:
    """Declare that a view's own form asks for the password each time it is sent."""
    view.proved_in_form = True  # type: ignore[attr-defined]
    return view


def read_or_linked(view: View) -> View:
    """Declare that members who may read call this view, and whoever holds a link to it.

    An address with a ``token`` is the link's; the view itself finds out what the token opens.
    """
    for_members = requires("read")(view)

    def turns_away(**kwargs: Any) -> ResponseReturnValue | None:
        is_linked = "token" in kwargs
        return None if is_linked else for_members.turns_away(**kwargs)  # type: ignore[attr-defined]

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return view(*args, **kwargs) if "token" in kwargs else for_members(*args, **kwargs)

    checked.permission = "link"  # type: ignore[attr-defined]
    checked.turns_away = turns_away  # type: ignore[attr-defined]
    return cast(View, checked)


def find_person() -> Person | None:
    """Who is logged in, or None; nobody is outside a request."""
    is_known = has_request_context() and current_user.is_authenticated
    return current_user._get_current_object() if is_known else None


def person() -> Person:
    """Who is logged in; the view has declared that somebody must be."""
    found = find_person()
    if found is None:
        abort(401)
    return found


def find_token() -> "ApiToken | None":
    """The token with which a program asks, or None; its workspace is the only one there is then."""
    return cast("ApiToken | None", g.get("token") if has_request_context() else None)


def memberships() -> dict[int, Membership]:
    """The asking person's, by the number of the workspace; first the one that they are in.

    A program has that of its token alone, whatever else the token's maker belongs to.
    """
    asking = find_person()
    if asking is None:
        return {}
    # A page asks for each of its buttons; the answer is the same during one request.
    known: dict[int, dict[int, Membership]] = g.setdefault("memberships", {})
    person_id = _id_of(asking)
    if person_id not in known:
        token = find_token()
        known[person_id] = (
            here.memberships_of(person_id) if token is None else _one(token.workspace_id, person_id)
        )
    return known[person_id]


def find_membership() -> Membership | None:
    """The asking person's membership of the workspace that this request is about, or None."""
    if "membership" not in g:
        g.membership = next(iter(memberships().values()), None)
    found: Membership | None = g.membership
    return found


def workspace_of_form() -> int | None:
    """What a form says of where it was shown; None for whoever is in one workspace alone."""
    membership = find_membership() if len(memberships()) > 1 else None
    return membership.workspace_id if membership else None


def find_workspace() -> Workspace | None:
    """The asking person's workspace, or None."""
    membership = find_membership()
    return membership.workspace if membership else None


def is_member(workspace_id: int) -> bool:
    """Whether the asking person belongs to this workspace, in whatever role."""
    return workspace_id in memberships()


def has_permission(permission: str) -> bool:
    """Whether the asking person's role reaches; templates use it to leave out dead buttons."""
    membership = find_membership()
    return membership is not None and role_reaches(membership.role, permission)


def workspace(permission: str) -> Workspace:
    """The asking person's workspace. 404 without one, 403 when the role is too low."""
    return _membership(permission).workspace


def _membership_in(workspace_id: int) -> Membership | None:
    """The asking person's there, if it is the workspace that this request is about."""
    membership = memberships().get(workspace_id)
    return membership if membership is find_membership() else None


def membership() -> Membership:
    """The asking person's own, of the workspace that this request is about. 404 without one."""
    return _membership("read")


def _membership(permission: str) -> Membership:
    """The asking person's membership. 404 without one, 403 when the role is too low."""
    membership = find_membership()
    if membership is None:
        abort(404)
    if not role_reaches(membership.role, permission):
        too_low()
    return membership


def too_low() -> NoReturn:
    """End the request of a member whose role is too low."""
    here.turn_away("role")
    abort(403)


def role_reaches(role: str, permission: str) -> bool:
    """Whether somebody of this role may do what asks for this permission."""
    return ROLES.index(role) >= ROLES.index(PERMISSIONS[permission])


def reaches(found: Any, permission: str) -> bool:
    """Whether the asking person's role in the workspace of this object reaches."""
    membership = _membership_in(found.workspace_id)
    return membership is not None and role_reaches(membership.role, permission)


def get(model: type[Model], key: Any, permission: str) -> Model:
    """Return the object of this key that belongs to a workspace of the asking person.

    ``model`` names its workspace in ``workspace_id``. 404 when there is none or it is not theirs,
    in the same words; 403 when it is theirs and their role is too low. 404 also when this request
    is about another workspace of theirs.
    """
    found = db.session.get(model, key)
    if found is None:
        abort(404)
    workspace_id: int = found.workspace_id  # type: ignore[attr-defined]
    membership = _membership_in(workspace_id)
    if membership is None:
        if not is_member(workspace_id):
            here.turn_away("elsewhere")
        abort(404)
    if not role_reaches(membership.role, permission):
        too_low()
    return found


def _one(workspace_id: int, person_id: int) -> dict[int, Membership]:
    """A person's membership of this workspace, if they have it."""
    found = db.session.get(Membership, (workspace_id, person_id))
    return {} if found is None else {workspace_id: found}


def _id_of(person: Person) -> int:
    """Their number, for which no row is read anew that a transaction before this one read."""
    [number] = sa.inspect(person).identity or (person.id,)
    return cast(int, number)
