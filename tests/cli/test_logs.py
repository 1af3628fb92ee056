"""Log lines: one record is one entry, as text or as JSON, and nothing can forge another."""

import io
import json
import logging

import pytest

from wbtest.cli.startup import TEXT, JsonLines, TextLines

FORGED = "log in\r\n2027-03-01 INFO wbtest: ADMIN logged in"


def written(formatter: logging.Formatter, message: str, *, fails: bool = False) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    log = logging.Logger("wbtest.web")
    log.addHandler(handler)
    try:
        if fails:
            raise ZeroDivisionError(FORGED)
        log.info("%s", message)
    except ZeroDivisionError:
        log.exception("%s", message)
    return stream.getvalue()


@pytest.mark.parametrize("formatter", [TextLines(TEXT), JsonLines()])
def test_a_line_break_in_a_message_makes_no_second_line(formatter: logging.Formatter) -> None:
    assert len(written(formatter, FORGED).splitlines()) == 1


def test_a_text_line_says_when_what_and_where() -> None:
    line = written(TextLines(TEXT), "hello")

    assert line[4] == "-"
    assert line.endswith("+00:00 INFO wbtest.web: hello\n")


def test_a_json_line_is_an_object() -> None:
    entry = json.loads(written(JsonLines(), "hello"))

    assert {"level": "info", "logger": "wbtest.web", "message": "hello"}.items() <= entry.items()
    assert entry["at"].endswith("+00:00")


def test_an_exception_is_told_with_its_message() -> None:
    entry = json.loads(written(JsonLines(), "it broke", fails=True))

    assert "ZeroDivisionError" in entry["exception"]
    assert "ZeroDivisionError" in written(TextLines(TEXT), "it broke", fails=True)


def test_a_text_exception_forges_no_entry() -> None:
    lines = written(TextLines(TEXT), "it broke", fails=True).splitlines()

    assert len(lines) > 1
    assert all(line.startswith("  ") for line in lines[1:])
