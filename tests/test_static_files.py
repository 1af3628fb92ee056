"""The style sheets of a page come as one file, which browsers keep."""

import gzip
import re
from pathlib import Path

import pytest

from tests.conftest import Browser
from wbtest.static_files import MOST_PARTS, Sheets, shorten

FOR_EVER = "max-age=315360000, public, immutable"
A_MINUTE = "max-age=60, public"
ROOT = Path(__file__).parents[1]
SCRIPTS = (*(ROOT / "static" / "js").glob("*.js"), *(ROOT / "templates").rglob("*.html"))
# What may write into a prototype: a value under a name that is not known beforehand, or its name.
INTO_A_PROTOTYPE = re.compile(
    r"""[\w)\]]\[(?!["'`\d])[^\]]+\]\s*[-+*/|&?]*=(?![=>])|__proto__|\.prototype|setPrototypeOf"""
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two style sheets of which the second has the last word."""
    (tmp_path / "words.css").write_text("/* Words */\np {\n  color: red;\n}\n")
    (tmp_path / "charts.css").write_text("p {\n  color: blue;\n}\n")
    return tmp_path


def linked(client: Browser) -> str:
    """The address of the style sheets that every page has."""
    addresses = re.findall(r'href="(/static/css/[^"]+)"', client.get("/login").text)
    assert len(addresses) == 1
    return addresses[0]


def test_the_sheets_of_a_page_come_as_one_in_the_order_in_which_it_names_them(folder: Path) -> None:
    sheets = Sheets(folder)

    sheet = sheets.find(sheets.address("words", "charts"))

    assert sheet is not None
    assert sheet.plain == b"p {\ncolor: red;\n}\np {\ncolor: blue;\n}"
    assert gzip.decompress(sheet.packed) == sheet.plain


def test_other_words_have_another_address(folder: Path) -> None:
    before = Sheets(folder).address("words")
    (folder / "words.css").write_text("p {\n  color: green;\n}\n")

    assert Sheets(folder).address("words") != before


@pytest.mark.parametrize("names", [("nowhere",), (), ("words", "words"), ("../tokens",)])
def test_a_page_that_names_what_is_no_sheet_fails(folder: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="not 12 or fewer of our style sheets"):
        Sheets(folder).address(*names)


def test_nobody_makes_up_more_than_a_page_would_want(tmp_path: Path) -> None:
    names = [chr(ord("a") + number) for number in range(MOST_PARTS + 1)]
    for name in names:
        (tmp_path / f"{name}.css").write_text("p {}")
    sheets = Sheets(tmp_path)

    assert sheets.find(f"/static/css/{'+'.join(names[1:])}.0123456789ab.css") is not None
    assert sheets.find(f"/static/css/{'+'.join(names)}.0123456789ab.css") is None


def test_a_page_asks_once_for_its_style_and_keeps_it(client: Browser) -> None:
    style = client.get(linked(client))

    assert style.status_code == 200
    assert style.content_type == "text/css; charset=utf-8"
    assert style.headers["Cache-Control"] == FOR_EVER
    assert style.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in style.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in style.headers
    assert "--paper: #ffffff;" in style.text


def test_no_page_links_to_a_part_by_itself() -> None:
    templates = (ROOT / "templates").rglob("*.html")

    assert [file.name for file in templates if "filename='css/" in file.read_text()] == []


def test_a_style_comes_compressed_to_whoever_can_read_it(client: Browser) -> None:
    address = linked(client)
    plain = client.get(address)

    packed = client.get(address, headers={"Accept-Encoding": "br, gzip"})
    refused = client.get(address, headers={"Accept-Encoding": "gzip;q=0"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 3
    assert {plain.headers["Vary"], packed.headers["Vary"]} == {"Accept-Encoding"}
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in refused.headers


def test_while_machines_differ_a_page_of_another_has_a_style_and_does_not_keep_it(
    client: Browser,
) -> None:
    address = linked(client)
    another = re.sub(r"\.[0-9a-f]{12}\.", ".0123456789ab.", address)

    style = client.get(another)

    assert style.data == client.get(address).data
    assert style.headers["Cache-Control"] == A_MINUTE


@pytest.mark.parametrize(
    "path", ["tokens+nowhere.0123456789ab", "tokens+tokens.0123456789ab", "tokens.0123"]
)
def test_what_is_no_style_of_ours_is_not_found(client: Browser, path: str) -> None:
    assert client.get(f"/static/css/{path}.css").status_code == 404


def test_a_head_has_no_body_and_a_form_goes_nowhere(client: Browser) -> None:
    address = linked(client)

    head = client.head(address)

    assert head.data == b""
    assert int(head.headers["Content-Length"]) > 10_000
    assert client.post(address).status_code == 405


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
