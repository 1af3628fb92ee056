"""/metrics of a real `wbtest serve`: its processes count together."""

import subprocess
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.cli.conftest import Instance, Served, eventually, serving

TOKEN = "for-tests-0123456789"


@pytest.fixture
def gone() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def not_found(served: Served) -> float:
    """How many pages were not found, by whichever process answers."""
    asked = Request(f"{served.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    with urlopen(asked, timeout=60) as answer:
        text = answer.read().decode()
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "wbtest_http_requests_total" and sample.labels["status"] == "404"
    )


def test_every_process_tells_what_all_of_them_counted(instance: Instance, gone: int) -> None:
    instance.environ["WBTEST_METRICS_TOKEN"] = TOKEN
    stale = f"metrics-{gone}"
    (instance.folder / stale).mkdir(parents=True)
    sent: list[int] = []
    with serving(instance) as served:
        [folder] = [each for each in instance.folder.glob("metrics-*") if each.name != stale]

        def have_both_counted() -> bool:
            # Each comes by a connection of its own, and the system gives it to a process that
            # listens by now. A process has its file when it has counted something.
            with pytest.raises(HTTPError):
                served.get("/nothing")
            sent.append(404)
            files = [folder / f"counter_{process}.db" for process in served.processes("wbtest web")]
            return len(files) == 2 and all(file.exists() for file in files)

        assert eventually(have_both_counted)
        asked = {not_found(served) for _ in range(10)}
        served.end()

    assert asked == {len(sent)}
    # That of a `wbtest serve` which was killed is gone, too.
    assert list(instance.folder.glob("metrics-*")) == []


@pytest.mark.parametrize("token", ["short", "aaaaaaaaaaaaaaaaaaaaaaaa"])
def test_a_token_that_is_easy_to_guess_is_refused(empty: Instance, token: str) -> None:
    said = empty.run("doctor", WBTEST_METRICS_TOKEN=token)

    assert said.exit_code == 2
    assert "WBTEST_METRICS_TOKEN is too easy to guess" in said.output
