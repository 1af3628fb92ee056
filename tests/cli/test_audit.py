"""`wbtest audit`: what was done in all workspaces, for whoever runs the server."""

import json

from tests.cli.conftest import Instance
from tests.factories import PASSWORD, make_person, make_workspace
from wbtest.team.deleting import delete_workspace


def test_the_newest_lines_come_first_with_who_and_what(instance: Instance) -> None:
    with instance.opened():
        make_person("ada@example.com", "owner", make_workspace())
    instance.run("user", "create", "grace@example.com", typed=f"{PASSWORD}\n")
    instance.run("user", "set-password", "grace@example.com", typed="another quiet word\n")

    said = instance.run("audit").output.splitlines()

    lines = [line.split("\t")[1:] for line in said]
    assert lines == [
        ["command line", "set a new password for Grace <grace@example.com>", "-"],
        ["command line", "gave a log-in to Grace <grace@example.com> as editor", "-"],
    ]


def test_a_workspace_that_is_gone_has_its_line(instance: Instance) -> None:
    with instance.opened():
        workspace = make_workspace()
        owner = make_person("ada@example.com", "owner", workspace)
        delete_workspace(workspace, owner, name="Larder", password=PASSWORD)

    line = json.loads(instance.run("audit", "--json", "--lines", "1").output)

    assert line["workspace"] is None
    assert (line["who"], line["action"]) == ("Ada <ada@example.com>", "workspace.deleted")
    assert line["about"] == "Larder (number 1)"
