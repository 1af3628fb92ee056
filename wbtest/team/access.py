"""Who is asking, from where, and what they may do: the only way a view gets at an object.

Roles are a ladder: viewer < editor < approver < owner. A stranger is told that nothing is here;
a member whose role is too low is told so.
"""

import ipaddress
import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import abort, current_app, flash, g, has_request_context, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from wbtest.extensions import db, runtime
from wbtest.networks import Reach, network_of
from wbtest.store import Gone, Refused, end_reading
from wbtest.team.models import Membership, Person, TeamSettings
from wbtest.web import WITH_BODY

if TYPE_CHECKING:
    from wbtest.team.models import ApiToken


# The blueprint whose requests carry a token instead of a cookie.
API = "api"
ROLES = ("viewer", "editor", "approver", "owner")
# What a view declares that asks for no role: somebody's own log-in stays when they left the team.
OWN_LOG_IN = "self"
PERMISSIONS = {"read": "viewer", "edit": "editor", "approve": "approver", "own": "owner"}
# What is told of this request in the audit log, when it is answered: why it was turned away.
TURNED_AWAY = "turned_away"
Model = TypeVar("Model")
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
ROLE_DESCRIPTIONS = {
    "viewer": "A viewer reads and comments.",
    "editor": "An editor also writes and asks for reviews.",
    "approver": "An approver also approves, starts and ends tests, and decides.",
    "owner": "An owner also sees sign-ups, invites people and changes settings.",
}
# The first that is found: each says that it is like the ones behind it.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
# A path of ours as browsers read it: they take "\" for "/", and drop tabs and line breaks.
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


class NoTeam(Refused):
    """Somebody with a log-in who is not in the team, or not any more."""

    status = 404
    title = "You’re not in the team"

    def __init__(self) -> None:
        super().__init__("You can still log in. Ask an owner to invite your email again.")


def public(view: View) -> View:
    """Declare that anybody may call this view."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


def requires(permission: str) -> Callable[[View], View]:
    """Declare what a view needs. Nobody logged in is sent to the log-in and back."""

    def declare(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if find_person() is None:
                return ask_to_log_in()
            membership(permission)
            return view(*args, **kwargs)

        checked.permission = permission  # type: ignore[attr-defined]
        return cast(View, checked)

    return declare


def own_log_in(view: View) -> View:
    """Declare that anybody logged in calls this view about their own log-in, in the team or not."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return ask_to_log_in() if find_person() is None else view(*args, **kwargs)

    checked.permission = OWN_LOG_IN  # type: ignore[attr-defined]
    return cast(View, checked)


def proved_in_form(view: View) -> View:
    """Declare that a view's own form asks for the password each time it is sent."""
    view.proved_in_form = True  # type: ignore[attr-defined]
    return view


def read_or_linked(view: View) -> View:
    """Declare that members who may read call this view, and guests with a link to it.

    An address with a ``token`` is the link's; the view itself finds out what the token opens.
    """
    for_members = requires("read")(view)

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return view(*args, **kwargs) if "token" in kwargs else for_members(*args, **kwargs)

    checked.permission = "link"  # type: ignore[attr-defined]
    return cast(View, checked)


def turn_strangers_away() -> ResponseReturnValue | None:
    """Send strangers to the log-in, before anything of a form that only members send is read.

    A form may take long to arrive, so no transaction stays open and the view asks again who it is.
    """
    if request.method not in WITH_BODY:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    permission = getattr(view, "permission", "public")
    is_linked = permission == "link" and "token" in (request.view_args or {})
    if permission == "public" or is_linked or request.blueprint == API:
        return None
    if find_person() is None:
        return ask_to_log_in()
    forget_who_asks()
    return None


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
    """The token with which a program asks, or None."""
    return cast("ApiToken | None", g.get("token") if has_request_context() else None)


def find_membership() -> Membership | None:
    """The asking person's place in the team, or None."""
    asking = find_person()
    if asking is None:
        return None
    # A page asks for each of its buttons; the answer is the same during one request.
    known: dict[int, Membership | None] = g.setdefault("memberships", {})
    person_id = _id_of(asking)
    if person_id not in known:
        known[person_id] = db.session.get(Membership, person_id)
    return known[person_id]


def is_member() -> bool:
    """Whether the asking person belongs to the team, in whatever role."""
    return find_membership() is not None


def find_team() -> TeamSettings | None:
    """The team, for its members."""
    if not is_member():
        return None
    if "team" not in g:
        g.team = db.session.scalar(sa.select(TeamSettings))
    found: TeamSettings | None = g.team
    return found


def has_permission(permission: str) -> bool:
    """Whether the asking person's role reaches; templates use it to leave out dead buttons."""
    membership = find_membership()
    return membership is not None and role_reaches(membership.role, permission)


def membership(permission: str = "read") -> Membership:
    """The asking person's own. Raises NoTeam without one; 403 when the role is too low."""
    found = find_membership()
    if found is None:
        raise NoTeam
    if not role_reaches(found.role, permission):
        too_low()
    return found


def too_low() -> NoReturn:
    """End the request of a member whose role is too low."""
    turn_away("role")
    abort(403)


def role_reaches(role: str, permission: str) -> bool:
    """Whether somebody of this role may do what asks for this permission."""
    return ROLES.index(role) >= ROLES.index(PERMISSIONS[permission])


def roles_from(permission: str) -> tuple[str, ...]:
    """The roles that reach this permission."""
    return ROLES[ROLES.index(PERMISSIONS[permission]) :]


def get(model: type[Model], key: Any, permission: str) -> Model:
    """Return the object of this key. 404 when there is none, 403 when the role is too low.

    Raises NoTeam for somebody who is not in the team.
    """
    membership(permission)
    return db.session.get(model, key) or abort(404)


def turn_away(why: str) -> None:
    """Note that this request ends here, for want of a ``role`` or ``scope``."""
    g.setdefault(TURNED_AWAY, f"refused.{why}")


def forget_who_asks() -> None:
    """Make this request look up again who asks, and end what it has read."""
    for name in ("_login_user", "token", "memberships", "team"):
        g.pop(name, None)
    end_reading()


def _id_of(person: Person) -> int:
    """Their number, without reading again a row from a transaction before this one."""
    [number] = sa.inspect(person).identity or (person.id,)
    return cast(int, number)


def get_team() -> TeamSettings:
    """The team of this instance. Raises Gone before the set-up, and when all was deleted."""
    found: TeamSettings | None = db.session.scalar(sa.select(TeamSettings))
    if found is None:
        raise Gone("Somebody deleted this meanwhile.")
    return found


def find_device() -> str:
    """What the asking browser says it is, in a few words; '' outside a request."""
    return describe_browser(request.user_agent.string) if has_request_context() else ""


def find_network() -> str:
    """The part of the asking address that many share, a /24 or /48; '' outside a request."""
    try:
        asking = ipaddress.ip_address(request.remote_addr or "") if has_request_context() else None
    except ValueError:
        return ""
    if isinstance(asking, ipaddress.IPv6Address) and asking.ipv4_mapped:
        asking = asking.ipv4_mapped
    if asking is None:
        return ""
    return str(ipaddress.ip_network((asking, 24 if asking.version == 4 else 48), strict=False))


def find_reach() -> Reach:
    """How the request that is being answered reached us; '' outside a request."""
    if not has_request_context():
        return ""
    if "X-Forwarded-For" in request.headers and not runtime().settings.trusted_proxies:
        return "untold"
    return "known" if network_of(request.remote_addr or "") else "private"


def describe_browser(agent: str) -> str:
    """Return browser and system of a user agent.

    >>> describe_browser("Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0")
    'Firefox on Linux'
    >>> [describe_browser(each) for each in ("curl/8.5.0", "Dalvik/2.1.0 (Linux; U; Android 14)")]
    ['an unknown program', 'a browser on Android']
    """
    browser = _first(_BROWSERS, agent)
    system = _first(_SYSTEMS, agent)
    if system:
        return f"{browser or 'a browser'} on {system}"
    return browser or "an unknown program"


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((words for mark, words in known if mark in agent), "")


def local_path(text: str) -> str:
    """Return ``text`` when it leads to a page of ours, else ``/``.

    >>> local_path("/releases/7?part=faq"), local_path("//e.com"), local_path("https:e.com")
    ('/releases/7?part=faq', '/', '/')
    """
    if not _LOCAL.fullmatch(text) or text.startswith(("/login", "/logout")):
        return "/"
    return text


def path_within(address: str, host: str) -> str:
    """Return path and query of a whole ``address`` on our ``host``, else ``/``.

    >>> path_within("http://us/releases/7?part=faq", "us"), path_within("http://e.com/x", "us")
    ('/releases/7?part=faq', '/')
    """
    try:
        found = urlsplit(address)
    except ValueError:
        return "/"
    query = f"?{found.query}" if found.query else ""
    return local_path(found.path + query) if found.netloc == host else "/"


def ask_to_log_in() -> ResponseReturnValue:
    """Send them to the log-in, and from there on to what they asked for, or back to their form."""
    if request.method == "GET":
        onward = request.full_path.rstrip("?")
    else:
        # The browser may have kept what they typed there.
        onward = path_within(request.referrer or "", request.host)
        # A script that saves in the background says it itself, each time, and keeps the words.
        if request.headers.get("Accept") != "application/json":
            flash(
                "You were logged out, so nothing was saved. Log in, then try again.",
                "error",
            )
    return redirect(url_for("team.login", next=onward), 303)
