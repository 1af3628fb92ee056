"""Style sheets and scripts, as WhiteNoise serves them."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import Browser
from wbtest.web import shorten

ROOT = Path(__file__).parents[1]
TEMPLATES = (*(ROOT / "templates").rglob("*.html"),)
SCRIPTS = (*(ROOT / "static" / "js").glob("*.js"), *TEMPLATES)
# What may write into a prototype: a value under a name that is not known beforehand, or its name.
INTO_A_PROTOTYPE = re.compile(
    r"""[\w)\]]\[(?!["'`\d])[^\]]+\]\s*[-+*/|&?]*=(?![=>])|__proto__|\.prototype|setPrototypeOf"""
)


def test_every_style_sheet_that_a_page_links_to_is_there() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in TEMPLATES)
    linked = set(re.findall(r"filename='css/([\w-]+\.css)'", text))

    there = {file.name for file in (ROOT / "static" / "css").glob("*.css")}
    # Those of the public pages stand in them.
    assert linked == {name for name in there if not name.startswith("public")}


def test_a_style_sheet_is_sent_once_and_asked_for_again_by_its_version(client: Browser) -> None:
    [address] = re.findall(r'href="(/static/css/[^"]+)"', client.get("/login").text)
    style = client.get(address)
    again = client.get(address, headers={"If-None-Match": style.headers["ETag"]})

    assert (style.status_code, again.status_code) == (200, 304)
    assert style.content_type == 'text/css; charset="utf-8"'
    assert style.headers["Cache-Control"] == "max-age=60, public"
    assert style.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in style.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in style.headers


def test_who_asks_for_an_icon_that_no_page_named_gets_one_for_a_day(client: Browser) -> None:
    icon = client.get("/favicon.ico")

    assert icon.status_code == 200
    assert Image.open(BytesIO(icon.data)).format == "ICO"
    assert len(icon.data) < 2_000
    assert icon.headers["Cache-Control"] == "max-age=86400, public"
    assert icon.headers["X-Content-Type-Options"] == "nosniff"


def test_shortening_keeps_the_lines_of_a_script() -> None:
    assert shorten("const a = 1\n  // b\n\n  a()\n") == "const a = 1\n// b\na()"


def test_no_script_of_ours_writes_into_a_prototype() -> None:
    found = {
        path.name: named
        for path in SCRIPTS
        if (named := INTO_A_PROTOTYPE.findall(path.read_text(encoding="utf-8")))
    }

    assert len(SCRIPTS) > 100
    assert found == {}


@pytest.mark.parametrize(
    "line", ["kept[name] = 1;", "a[b][c] ??= {};", "x.__proto__.y = 1;", "f()[key] += 1;"]
)
def test_a_script_that_would_is_noticed(line: str) -> None:
    assert INTO_A_PROTOTYPE.search(line)
    assert not INTO_A_PROTOTYPE.search('const [a, b] = c[d]; if (a[b] === c) e["f"] = (x) => y[x];')
