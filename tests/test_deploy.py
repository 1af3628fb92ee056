"""Image, compose files and units agree with the program and with each other; none is run here."""

import configparser
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from flask import Flask

from tests.skips import require
from tests.system_packages import SYSTEM_PACKAGES
from wbtest import MOST_CONNECTIONS
from wbtest.cli import COMMANDS, main
from wbtest.cli.serve import PATIENCE_SECONDS
from wbtest.cli.worker import PATIENCE_SECONDS as WORKERS_PATIENCE
from wbtest.config import KNOWN, from_environment

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DEPLOY = ROOT / "deploy"
INSTALL = DEPLOY / "install"
IMAGE = (ROOT / "Containerfile").read_text()
SHAPES = ("single", "postgresql", "several")
UNITS = ("wbtest.service", "wbtest-worker.service", "wbtest-backup.service")
COPIES = "wbtest-copies.service"


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


def file(name: str) -> str:
    return (DEPLOY / name).read_text()


def output(*command: str) -> str:
    """What a program says that must be content."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


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


def test_coolify_is_given_what_the_single_shape_has(tmp_path: Path) -> None:
    hosted = yaml.safe_load(file("coolify.yaml"))["services"]["web"]
    single = ours("single")[0]
    environ = dict(line.partition("=")[::2] for line in hosted["environment"])
    # What Coolify fills in, by what it documents: an address and 64 letters and digits.
    environ = {
        name: re.sub(r"\$\{SERVICE_URL_WEB}", "https://x.io", text)
        for name, text in environ.items()
    }
    environ = {
        name: re.sub(r"\$\{SERVICE_P\w+}", "aB3dE6gH" * 8, text) for name, text in environ.items()
    }

    settings = from_environment(
        {name: filled(text) for name, text in environ.items()} | {"WBTEST_INSTANCE": str(tmp_path)}
    )

    assert settings.base_url == "https://x.io"
    assert settings.trusted_proxies == 1
    assert f"SERVICE_URL_WEB_{last('EXPOSE')}" in environ
    for right in ("volumes", "init", "stop_grace_period", "read_only", "tmpfs", "cap_drop"):
        assert hosted[right] == single[right], right
    assert hosted["security_opt"] == single["security_opt"]
    assert (ROOT / hosted["build"]["dockerfile"]).exists()
    assert "ports" not in hosted


def test_render_is_given_settings_that_are_good(app: Flask, tmp_path: Path) -> None:
    hosted = yaml.safe_load(file("render.yaml"))
    (web,), (database,) = hosted["services"], hosted["databases"]
    given = {each["key"]: each for each in web["envVars"]}
    environ = {name: each.get("value", "") for name, each in given.items()}
    # What Render makes or asks for.
    environ["WBTEST_SECRET_KEY"] = "q8J+0dVb3sX1mZ5kT7wYcR2nL4hP6fGa9uEoIiSxD/A="
    environ["WBTEST_DATABASE_URL"] = "postgresql://wbtest:x@dpg-a/wbtest"
    environ["WBTEST_BASE_URL"] = "https://wbtest.onrender.com"

    settings = from_environment({**environ, "WBTEST_INSTANCE": str(tmp_path)})

    assert settings.trusted_proxies == 2
    assert given["WBTEST_DATABASE_URL"]["fromDatabase"]["name"] == database["name"]
    assert given["PORT"]["value"] == last("EXPOSE")
    assert web["healthCheckPath"] in {rule.rule for rule in app.url_map.iter_rules()}
    assert (ROOT / web["dockerfilePath"]).exists()
    assert web["maxShutdownDelaySeconds"] > PATIENCE_SECONDS + WORKERS_PATIENCE
    assert (settings.workers + 1) * MOST_CONNECTIONS < 100


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
    files = ("wbtest/writing/pdf.py", "pyproject.toml", "Containerfile", "deploy/install")
    name = r"lib(?:pango|harfbuzz)[\w-]*-[\d.]+-\d|libharfbuzz-subset\d"

    found = {file: set(re.findall(name, (ROOT / file).read_text())) for file in files}

    assert found == {file: {*SYSTEM_PACKAGES["Pango"].debian} for file in files}


@pytest.mark.parametrize("name", UNITS)
def test_each_unit_runs_a_command_of_ours_shut_off_like_the_first(name: str) -> None:
    first, this = unit(UNITS[0]), unit(name)
    command = this["ExecStart"].split()
    begins = list(first).index("StateDirectory")

    assert command[0] == "/opt/wbtest/venv/bin/wbtest"
    assert CliRunner().invoke(main, [*command[1:], "--help"]).exit_code == 0
    for right in ("User", "Group", "EnvironmentFile", "WorkingDirectory", *list(first)[begins:]):
        assert this[right] == first[right], right


def test_the_unit_that_copies_backups_off_is_shut_off_like_the_first() -> None:
    first, this = unit(UNITS[0]), unit(COPIES)
    begins = list(first).index("StateDirectory")

    for right in ("User", "Group", "WorkingDirectory", *list(first)[begins:]):
        assert this[right] == first[right], right


@pytest.mark.parametrize("name", [*UNITS, COPIES, "wbtest-backup.timer", "wbtest-copies.timer"])
def test_systemd_takes_each_unit_as_it_is(name: str) -> None:
    # Both programs are missing here; to systemd any other will do.
    require("systemd")
    text = re.sub(r"/opt/wbtest/venv/bin/wbtest|/usr/bin/rsync", "/bin/true", file(name))
    # Not below /dev, where folders of pytest may be: systemd refuses what is there.
    with TemporaryDirectory() as folder:
        for other in (*UNITS, COPIES):
            (Path(folder) / other).write_text("[Service]\nExecStart=/bin/true\n")
        checked = Path(folder) / name
        checked.write_text(text)
        said = output("systemd-analyze", "verify", "--man=no", str(checked))
        if name.endswith(".service"):
            # Of ten; the less the safer.
            output("systemd-analyze", "security", "--offline=true", "--threshold=20", str(checked))

    assert [line for line in said.splitlines() if name in line] == []


def test_caddy_takes_its_settings_as_they_are() -> None:
    require("Caddy")
    output("caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile"))


def test_the_shell_scripts_have_no_known_mistake() -> None:
    require("ShellCheck")
    for path in (
        "deploy/install",
        "tests/drills/systemctl",
        ".ci/run",
        ".ci/with-postgresql",
        ".ci/bare-machine",
    ):
        output("shellcheck", str(ROOT / path))


def test_a_dry_run_prints_what_it_would_do_and_does_nothing() -> None:
    mail, copies = "smtp://hello:secret@mail.example.com:587", "keeper@example.com:wbtest"
    options = ("--postgres", "--mail", mail, "--copies", copies, "--dry-run")

    there = [Path(place) for place in ("/opt/wbtest", "/etc/wbtest", "/var/lib/wbtest")]
    before = [place.exists() for place in there]

    said = output(str(INSTALL), "try.example.com", *options)

    lines = said.splitlines()
    assert "apt-get update -qq" in lines
    assert "runuser -u postgres -- createuser wbtest" in lines
    assert "    WBTEST_MAIL_URL='smtp://…@mail.example.com:587'" in lines
    assert "systemctl restart wbtest" in lines
    assert "systemctl enable --quiet --now wbtest-copies.timer" in lines
    assert lines[-1] == "== wbtest serves https://try.example.com"
    assert "secret@" not in said
    assert [place.exists() for place in there] == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "HOST is missing."),
        (("https://try.example.com",), "HOST must be a name such as try.example.com, not https:"),
        (("192.0.2.1",), "HOST must be a name such as"),
        (("localhost",), "HOST must be a name such as"),
        (("a.example.com", "b.example.com"), "One HOST is enough"),
        (("a.example.com", "--mail"), "--mail needs a value."),
        (("a.example.com", "--mail", "mail.example.com"), "--mail must begin with smtp://"),
        (("a.example.com", "--mail", "smtp://o'hara@x"), "No quote or space may be in --mail."),
        (("a.example.com", "--copies", "/mnt/disk"), "--copies must be like user@host:folder."),
        (("a.example.com", "--from", "/nowhere"), "/nowhere is no instance folder"),
        (("a.example.com", "--postgresql"), "There is no option --postgresql."),
    ],
)
def test_what_it_cannot_use_is_refused_with_a_sentence(
    arguments: tuple[str, ...], sentence: str
) -> None:
    done = subprocess.run([INSTALL, *arguments], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert f"deploy/install: {sentence}" in done.stderr


def test_systemd_and_compose_wait_longer_than_we_need_to_end() -> None:
    longest = PATIENCE_SECONDS + WORKERS_PATIENCE

    assert int(unit(UNITS[0])["TimeoutStopSec"]) > longest
    for name in SHAPES:
        assert all(int(part["stop_grace_period"].rstrip("s")) > longest for part in ours(name))


@pytest.mark.parametrize("name", ["deploy.md", "publish.md"])
def test_the_guide_names_only_what_is_there(name: str) -> None:
    guide = (DOCS / name).read_text()
    commands = r"^(?:(?:/opt/wbtest/venv/bin/)?wbtest|docker compose .* exec web wbtest) ([a-z]+)"
    told = set(re.findall(commands, "\n".join(_blocks(guide)), re.MULTILINE))

    assert set(re.findall(r"WBTEST_([A-Z_]+)", guide)) <= set(KNOWN)
    assert {"restore", "verify"} <= told <= set(COMMANDS)
    for link in re.findall(r"\]\(([^)#:]+)[^)]*\)", guide):
        assert (DOCS / link).exists(), link
    for file in re.findall(r"(?:docs|deploy)/[\w./-]+\w", guide):
        assert (ROOT / file).exists(), file


@pytest.mark.parametrize("name", ["deploy.md", "publish.md"])
def test_every_block_of_a_guide_is_good_shell(name: str) -> None:
    blocks = _blocks((DOCS / name).read_text())

    assert len(blocks) >= 5
    for block in blocks:
        subprocess.run(["bash", "-n", "-c", block], check=True)


def test_the_guide_names_each_option_of_the_script() -> None:
    told = re.findall(r"^\| `(--[a-z-]+)", (DOCS / "publish.md").read_text(), re.MULTILINE)
    there = re.findall(r"^  (--[a-z-]+) ", INSTALL.read_text(), re.MULTILINE)

    assert sorted(told) == sorted(there)


def test_the_guide_speaks_of_containers_that_there_are() -> None:
    guide = (DOCS / "deploy.md").read_text()
    commands = r"^(?: && )?(?:docker compose|\$compose) .*?(?:exec -T|exec|logs|start|stop) (\S+)"
    named = re.findall(commands, "\n".join(_blocks(guide)), re.MULTILINE)
    stopped = re.findall(r"`stop ([\w -]+)`", guide)[0].split()

    assert set(named) == {"web", "database"} == set(shape("postgresql")["services"])
    assert stopped == [
        name for name, part in shape("several")["services"].items() if part["image"] == "wbtest"
    ]


@pytest.mark.parametrize("name", ["publish.md", "scaling.md"])
def test_what_a_shell_would_cut_stands_in_quotes_among_the_settings(name: str) -> None:
    lines = r"^(?:# |echo \")?WBTEST_(?:DATABASE_URL|MAIL_URL|MAIL_FROM)=(.)"
    begins = re.findall(lines, (DOCS / name).read_text(), re.MULTILINE)

    assert set(begins) == {"'"}


def _blocks(guide: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
