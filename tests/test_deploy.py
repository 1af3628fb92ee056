"""Image, compose files and units agree with the program and with each other; none is run here."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from flask import Flask

from wbtest.cli import COMMANDS, main
from wbtest.cli.serve import PATIENCE_SECONDS
from wbtest.cli.worker import PATIENCE_SECONDS as WORKERS_PATIENCE
from wbtest.config import KNOWN, from_environment

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DEPLOY = ROOT / "deploy"
IMAGE = (ROOT / "Containerfile").read_text()
SHAPES = ("single", "postgresql", "several")
UNITS = ("wbtest.service", "wbtest-worker.service", "wbtest-backup.service")
PANGO = {"libpango-1.0-0", "libpangoft2-1.0-0"}


def shape(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose" / f"{name}.yaml").read_text())
    return read


def ours(name: str) -> list[dict[str, Any]]:
    """The services of a shape that run our image."""
    return [part for part in shape(name)["services"].values() if part["image"] == "wbtest"]


def filled(text: str) -> str:
    """What compose makes of a value when every variable without a default is set."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
    text = re.sub(r"\$\{WBTEST_BASE_URL:\?[^}]*\}", "https://try.example.com", text)
    return re.sub(r"\$\{\w+:\?[^}]*\}", "0123456789abcdef0123456789abcdef", text)


def unit(name: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / name)
    return parser["Service"]


def last(instruction: str) -> str:
    return re.findall(rf"^{instruction} (.+)$", IMAGE, re.MULTILINE)[-1]  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", SHAPES)
def test_the_settings_of_each_shape_are_good(name: str, tmp_path: Path) -> None:
    for part in ours(name):
        environ = {key: filled(str(text)) for key, text in part["environment"].items()}
        settings = from_environment({**environ, "WBTEST_INSTANCE": str(tmp_path)})

        assert settings.is_https
        assert settings.trusted_proxies == 1
        assert settings.is_sqlite == (name == "single")


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_gives_its_containers_no_more_than_they_need(name: str) -> None:
    for part in ours(name):
        assert part["read_only"] is True
        assert part["cap_drop"] == ["ALL"]
        assert part["security_opt"] == ["no-new-privileges:true"]
        assert part["init"] is True


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_is_open_to_its_own_machine_only(name: str) -> None:
    ports = [port for part in shape(name)["services"].values() for port in part.get("ports", ())]

    assert len(ports) == 1
    assert ports[0].startswith("127.0.0.1:8000:")


def test_several_are_two_that_share_a_secret_and_a_database() -> None:
    parts = ours("several")
    balancer = (DEPLOY / "compose" / "balancer.conf").read_text()

    assert len(parts) == 3
    assert all(part["environment"] == parts[0]["environment"] for part in parts)
    assert "WBTEST_SECRET_KEY" in parts[0]["environment"]
    assert [part.get("command") for part in parts] == [None, None, ["worker"]]
    assert re.findall(r"server ([\w-]+):8000 resolve max_fails=0;", balancer) == ["web-1", "web-2"]


def test_each_image_of_others_is_pinned_by_its_digest() -> None:
    images = [part["image"] for name in SHAPES for part in shape(name)["services"].values()]
    images += re.findall(r"^(?:ARG BASE=|FROM )([^$\s]+)", IMAGE, re.MULTILINE)
    theirs = [image for image in images if image != "wbtest"]

    assert len(theirs) == 4
    for image in theirs:
        assert re.fullmatch(r"docker\.io/library/[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}", image), image
    # Both shapes with PostgreSQL run the same.
    assert len(set(theirs)) == 3


def test_the_image_runs_a_command_of_ours_where_its_check_looks(app: Flask) -> None:
    command = yaml.safe_load(last("CMD"))
    addresses = {rule.rule for rule in app.url_map.iter_rules()}

    assert yaml.safe_load(last("ENTRYPOINT")) == ["wbtest"]
    assert command == ["serve", "--host", "0.0.0.0", "--port", last("EXPOSE")]
    assert CliRunner().invoke(main, [*command, "--help"]).exit_code == 0
    checked = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", IMAGE)
    assert [port for port, _ in checked] == [last("EXPOSE")]
    assert {path for _, path in checked} <= addresses
    assert shape("several")["services"]["web-1"]["healthcheck"]["test"][3] in IMAGE


def test_the_image_holds_what_the_program_needs_and_not_what_builds_it() -> None:
    copied = set(re.findall(r"^COPY (?!--)(.+) \S+$", IMAGE, re.MULTILINE))
    let_in = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    final = IMAGE.rpartition("FROM ")[2]

    assert set(" ".join(copied).split()) == let_in
    assert "--require-hashes -r requirements.txt" in IMAGE
    assert "python3-venv" not in final
    assert last("USER") == "10001:10001"
    assert last("VOLUME") == "/data"
    assert re.findall(r"WBTEST_(\w+)=", final) == ["INSTANCE"]


def test_pango_has_the_same_names_everywhere() -> None:
    files = (".ci/run", "pyproject.toml", "Containerfile", "docs/deploy.md")

    found = {
        file: set(re.findall(r"libpango\w*-[\d.]+-\d", (ROOT / file).read_text())) for file in files
    }

    assert found == dict.fromkeys(files, PANGO)


@pytest.mark.parametrize("name", UNITS)
def test_each_unit_runs_a_command_of_ours_shut_off_like_the_first(name: str) -> None:
    first, this = unit(UNITS[0]), unit(name)
    command = this["ExecStart"].split()
    begins = list(first).index("StateDirectory")

    assert command[0] == "/opt/wbtest/venv/bin/wbtest"
    assert CliRunner().invoke(main, [*command[1:], "--help"]).exit_code == 0
    for right in ("User", "Group", "EnvironmentFile", "WorkingDirectory", *list(first)[begins:]):
        assert this[right] == first[right], right


def test_systemd_and_compose_wait_longer_than_we_need_to_end() -> None:
    longest = PATIENCE_SECONDS + WORKERS_PATIENCE

    assert int(unit(UNITS[0])["TimeoutStopSec"]) > longest
    for name in SHAPES:
        assert all(int(part["stop_grace_period"].rstrip("s")) > longest for part in ours(name))


def test_the_guide_names_only_what_is_there() -> None:
    guide = (DOCS / "deploy.md").read_text()
    commands = r"^(?:(?:/opt/wbtest/venv/bin/)?wbtest|docker compose .* exec web wbtest) ([a-z]+)"
    told = set(re.findall(commands, "\n".join(_blocks(guide)), re.MULTILINE))

    assert set(re.findall(r"WBTEST_([A-Z_]+)", guide)) <= set(KNOWN)
    assert {"doctor", "restore", "verify"} <= told <= set(COMMANDS)
    for link in re.findall(r"\]\(([^)#:]+)[^)]*\)", guide):
        assert (DOCS / link).exists(), link
    for file in re.findall(r"(?:docs|deploy)/[\w./-]+\w", guide):
        assert (ROOT / file).exists(), file


def test_the_guide_speaks_of_containers_that_there_are() -> None:
    guide = (DOCS / "deploy.md").read_text()
    commands = r"^(?: && )?(?:docker compose|\$compose) .*?(?:exec -T|exec|logs|start|stop) (\S+)"
    named = re.findall(commands, "\n".join(_blocks(guide)), re.MULTILINE)
    stopped = re.findall(r"`stop ([\w -]+)`", guide)[0].split()

    assert set(named) == {"web", "database"} == set(shape("postgresql")["services"])
    assert stopped == [
        name for name, part in shape("several")["services"].items() if part["image"] == "wbtest"
    ]


@pytest.mark.parametrize("name", ["deploy.md", "publish.md", "scaling.md"])
def test_what_a_shell_would_cut_stands_in_quotes_among_the_settings(name: str) -> None:
    lines = r"^(?:# |echo \")?WBTEST_(?:DATABASE_URL|MAIL_URL|MAIL_FROM)=(.)"
    begins = re.findall(lines, (DOCS / name).read_text(), re.MULTILINE)

    assert set(begins) == {"'"}


def _blocks(guide: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
