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

ROUTES = (
    Route("GET", "/releases", "releases.list_releases", "read", "read"),
    Route("POST", "/releases", "releases.create_release", "edit", "write", 201),
    Route("GET", RELEASE, "releases.get_release", "read", "read"),
    Route("PATCH", RELEASE, "releases.change_release", "edit", "write"),
    Route("GET", f"{RELEASE}/findings", "releases.list_findings", "read", "read"),
)
assert all(route.permission in PERMISSIONS for route in ROUTES)
