"""Two people with one name are two guessers."""

from types import SimpleNamespace

from wbtest.results.calibration import Guessed, Scored, guessers


def test_two_people_of_one_name_have_a_record_each() -> None:
    forecasts = tuple(
        Scored("Mei", rate, rate, rate, 0.08, ("person", key))
        for key, rate in ((1, 0.08), (2, 0.5))
    )
    test = Guessed(SimpleNamespace(), "Larder", 8, 100, forecasts)  # type: ignore[arg-type]

    assert [(each.name, each.held) for each in guessers([test])] == [("Mei", 1), ("Mei", 0)]
