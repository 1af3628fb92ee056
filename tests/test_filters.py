"""How templates write figures."""

from wbtest import http


def test_figures_are_written_as_people_read_them() -> None:
    assert [http.percent(rate) for rate in (0.113, 0, None)] == ["11.3\u202f%", "0.0\u202f%", "–"]
    assert [http.number(value) for value in (1204, 0, None)] == ["1,204", "0", "–"]
