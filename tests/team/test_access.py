"""Who gets at what: the ladder of roles, strangers, and that every route says what it needs."""

import pytest
from flask import Blueprint, Flask, g
from werkzeug.exceptions import Forbidden, NotFound

from tests.conftest import Browser
from tests.factories import log_in, make_person, make_settings
from wbtest.extensions import db
from wbtest.team import access
from wbtest.team.models import Membership, Person

LADDER = [
    ("viewer", {"read"}),
    ("editor", {"read", "edit"}),
    ("approver", {"read", "edit", "approve"}),
    ("owner", {"read", "edit", "approve", "own"}),
]


def undeclared_views(app: Flask) -> set[str]:
    """Endpoints whose view does not say who may call it."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        and not hasattr(app.view_functions[rule.endpoint], "permission")
    }


def test_every_view_declares_its_permission(app: Flask) -> None:
    assert undeclared_views(app) == set()


def made_up_permissions(app: Flask) -> set[str]:
    """What views declare that nobody could have."""
    declared = {getattr(view, "permission", "") for view in app.view_functions.values()} - {""}
    return declared - {"public", "link", access.OWN_LOG_IN, *access.PERMISSIONS}


def test_declared_permissions_are_known_ones(app: Flask) -> None:
    assert made_up_permissions(app) == set()


def test_a_permission_that_nobody_could_have_would_be_found(app: Flask) -> None:
    app.add_url_rule("/typo", "typo", access.requires("raed")(lambda: "hello"))

    assert made_up_permissions(app) == {"raed"}


def test_a_view_of_a_blueprint_and_one_for_another_method_would_be_found(app: Flask) -> None:
    shelves = Blueprint("shelves", __name__, url_prefix="/shelves")
    shelves.add_url_rule("", "list", access.requires("read")(lambda: "hello"))
    shelves.add_url_rule("", "burn", lambda: "gone", methods=["DELETE"])
    app.register_blueprint(shelves)

    assert undeclared_views(app) == {"shelves.burn"}


def test_a_view_that_declares_nothing_would_be_found(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "hello")
    app.add_url_rule("/declared", "declared", access.public(lambda: "hello"))

    assert undeclared_views(app) == {"forgotten"}


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app with one page for each permission, which does nothing but answer."""
    rooms = Blueprint("rooms", __name__)
    for permission in access.PERMISSIONS:
        view = access.requires(permission)(lambda: "inside")
        rooms.add_url_rule(f"/rooms/{permission}", permission, view, methods=["GET", "POST"])
    app.register_blueprint(rooms)
    return app


@pytest.mark.parametrize(("role", "permissions"), LADDER)
def test_each_role_can_do_what_the_one_before_can(
    client: Browser, role: str, permissions: set[str]
) -> None:
    log_in(client, make_person("pat@example.com", role))

    codes = {name: client.get(f"/rooms/{name}").status_code for name in access.PERMISSIONS}

    assert codes == {name: 200 if name in permissions else 403 for name in access.PERMISSIONS}


@pytest.mark.parametrize("permission", list(access.PERMISSIONS))
def test_nobody_is_sent_to_the_log_in_and_back(client: Browser, permission: str) -> None:
    response = client.get(f"/rooms/{permission}?a=1")

    assert response.status_code == 303
    assert response.location == f"/login?next=/rooms/{permission}?a%3D1"


@pytest.mark.parametrize(
    ("referrer", "onward"),
    [
        ("http://localhost/rooms/edit?a=1", "/rooms/edit?a%3D1"),
        ("http://elsewhere.example/rooms/edit", "/"),
        ("http://localhost//elsewhere.example", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_a_form_sent_by_nobody_leads_back_to_it_and_says_that_nothing_was_stored(
    client: Browser, referrer: str, onward: str
) -> None:
    answer = client.send("/rooms/edit", headers={"Referer": referrer})

    assert answer.location == f"/login?next={onward}"
    assert "logged out, so nothing was saved" in client.get(answer.location).text


def test_a_script_that_goes_on_saving_leaves_no_heap_of_messages(client: Browser) -> None:
    for _ in range(3):
        client.send("/rooms/edit", headers={"Accept": "application/json"})

    assert "logged out meanwhile" not in client.get("/login").text


def test_somebody_who_is_not_in_the_team_finds_nothing(client: Browser) -> None:
    pat = make_person("pat@example.com", "owner")
    log_in(client, pat)
    db.session.delete(db.session.get_one(Membership, pat.id))
    db.session.commit()

    assert client.get("/rooms/read").status_code == 404


def test_a_lowered_role_counts_from_the_next_request(client: Browser) -> None:
    pat = make_person("pat@example.com", "owner")
    log_in(client, pat)
    assert client.get("/rooms/own").status_code == 200

    db.session.get_one(Membership, pat.id).role = "viewer"
    db.session.commit()

    assert client.get("/rooms/own").status_code == 403


@pytest.fixture
def alice(app: Flask) -> Person:
    return make_person("alice@example.com", "editor")


def get_as(app: Flask, person: Person, key: int, permission: str) -> Membership:
    """What a view of ``person`` gets."""
    with app.test_request_context():
        g._login_user = person
        return access.get(Membership, key, permission)


def test_an_object_is_given(app: Flask, alice: Person) -> None:
    assert get_as(app, alice, alice.id, "edit").role == "editor"


def test_a_role_that_is_too_low_is_told_so(app: Flask, alice: Person) -> None:
    with pytest.raises(Forbidden):
        get_as(app, alice, alice.id, "own")


def test_what_is_not_there_is_not_found(app: Flask, alice: Person) -> None:
    with pytest.raises(NotFound):
        get_as(app, alice, 99, "read")


def test_templates_learn_who_asks_and_what_they_may(client: Browser) -> None:
    make_settings()
    log_in(client, make_person("vic@example.com", "viewer"))

    page = client.get("/settings").text

    assert "<bdi>Vic</bdi>" in page
    assert "wbtest user create" not in page
