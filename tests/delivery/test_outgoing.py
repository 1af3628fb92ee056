"""The outgoing client: where it goes, where it does not, and that it always comes back."""

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.delivery.sink import TRUST, Sink, local, running, seconds_of
from wbtest.delivery.http_client import (
    NotAllowed,
    NotReached,
    Policy,
    check_url,
    is_public,
    parse_url,
    post,
)

SECONDS = 0.5
CLOSED = [
    "https://192.0.0.192/opc/v2/",
    "https://168.63.129.16/",
    "https://[::ffff:168.63.129.16]/",
    "https://192.88.99.1/",
    "https://[3fff::1]/",
    "http://127.0.0.1",
    "https://127.0.0.1",
    "https://0",
    "https://0.0.0.0",
    "https://[::1]",
    "https://[::]",
    "https://[::ffff:127.0.0.1]",
    "https://[::ffff:7f00:1]",
    "https://[::127.0.0.1]",
    "https://[64:ff9b::7f00:1]",
    "https://[64:ff9b::a9fe:a9fe]",
    "https://[2002:7f00:1::]",
    "https://2130706433",
    "https://0x7f.1",
    "https://127.1",
    "https://0177.0.0.1",
    "https://１２７.０.０.１",
    "https://169.254.169.254/latest/meta-data",
    "https://10.1.2.3",
    "https://172.16.0.1",
    "https://192.168.1.1",
    "https://100.64.0.1",
    "https://224.0.0.1",
    "https://240.0.0.1",
    "https://255.255.255.255",
    "https://[fd00::1]",
    "https://[fe80::1]",
    "https://[fe80::1%25eth0]",
    "https://[2606:4700::1111%25eth0]",
    "https://[2606:4700::1111%eth0]",
    "https://[v1.hooks]",
    "https://[ff02::1]",
    "https://localhost",
    "https://localhost.",
    "https://LOCALHOST",
    "https://a.localhost",
    "https://ok@127.0.0.1",
    "http://ok@127.0.0.1",
    "https://ok:ok@hooks.example",
    "https://hooks.example:22",
    "https://hooks.example:80",
    "https://hooks.example:99999",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/x",
    "ftp://hooks.example",
    "//hooks.example",
    "hooks.example",
    "https://",
    "https:///x",
    "https://hooks.example\\@127.0.0.1",
    "https://hooks.example\r\nHost: x",
    "https://hooks exa.mple",
    "https://[::1",
    "https://-.example",
    "https://a..example",
    "https://" + "a" * 600,
]


@pytest.fixture
def sink() -> Iterator[Sink]:
    with running(Sink()) as sink:
        yield sink


@pytest.mark.parametrize("url", CLOSED)
def test_what_is_not_public_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(NotAllowed, match=r"\.$"):
        check_url(url, Policy())
    with pytest.raises(NotAllowed):
        post(url, b"", {}, Policy())


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_what_everybody_can_reach_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    check_url(f"https://{f'[{address}]' if ':' in address else address}/hook?a=b", Policy())


@pytest.mark.parametrize("private", ["127.0.0.1", "::1", "::ffff:10.0.0.1", "169.254.169.254"])
def test_a_name_that_leads_inside_is_refused_and_nothing_is_sent(sink: Sink, private: str) -> None:
    # One public address among them does not help.
    inward = Policy(
        schemes=frozenset({"http"}),
        ports=frozenset({sink.port}),
        look_up=lambda _host, _port: ["93.184.216.34", private],
    )

    with pytest.raises(NotAllowed, match="isn’t a public address"):
        post(f"http://hooks.example:{sink.port}/", b"{}", {}, inward)

    assert sink.got == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "0", "0.0.0.0", "2130706433", "0x7f.1", "127.1", "localhost", "localhost.",
     "ok@127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::1]"],
)  # fmt: skip
def test_no_spelling_of_this_machine_reaches_who_listens_on_it(sink: Sink, host: str) -> None:
    any_port = Policy(schemes=frozenset({"http", "https"}), ports=frozenset())

    for scheme in ("http", "https"):
        with pytest.raises(NotAllowed):
            post(f"{scheme}://{host}:{sink.port}/", b"{}", {}, any_port)

    assert sink.got == []


def test_a_name_is_looked_up_once_so_that_it_cannot_change_its_mind(sink: Sink) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    changing = local(look_up=lambda _host, _port: next(answers))

    assert post(f"http://hooks.example:{sink.port}/", b"{}", {}, changing).status == 200

    assert next(answers) == ["10.0.0.1"]


def test_the_request_names_the_host_and_carries_the_body(sink: Sink) -> None:
    post(
        f"http://hooks.example:{sink.port}/a b?q=ä".replace(" ", "%20"), b"{}", {"x": "1"}, local()
    )

    [(headers, body)] = sink.got
    assert (headers["host"], headers["x"], body) == (f"hooks.example:{sink.port}", "1", b"{}")


def test_no_proxy_of_the_machine_is_used(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert post(sink.url, b"{}", {}, local()).status == 200


def test_a_redirect_is_an_answer_and_is_not_followed(sink: Sink) -> None:
    with running(Sink()) as inside:
        sink.mode, sink.headers = "302", {"Location": inside.url}

        assert post(sink.url, b"{}", {}, local()).status == 302

        assert inside.got == []


def test_the_certificate_must_be_that_of_the_name() -> None:
    with running(Sink(), is_encrypted=True) as sink:
        url = f"https://{{}}:{sink.port}/"
        assert post(url.format("hooks.example"), b"{}", {}, local()).status == 200
        assert post(url.format("bücher.example"), b"{}", {}, local()).status == 200
        with pytest.raises(NotReached, match=r"other\.example has a bad certificate"):
            post(url.format("other.example"), b"{}", {}, local())
        with pytest.raises(NotReached, match="certificate"):
            post(url.format("hooks.example"), b"{}", {}, local(trust=None))

    assert len(sink.got) == 2
    assert TRUST.check_hostname


def test_a_server_that_says_nothing_has_all_the_time_and_no_more(sink: Sink) -> None:
    sink.mode = "hang"

    def call() -> None:
        with pytest.raises(NotReached, match="didn’t answer within"):
            post(sink.url, b"{}", {}, local(seconds=SECONDS))

    assert 0.9 * SECONDS < seconds_of(call) < 3 * SECONDS


def test_headers_that_come_a_byte_at_a_time_are_not_waited_for() -> None:
    def drip(server: socket.socket) -> None:
        line, _ = server.accept()
        with line, suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not is_over.wait(0.02):
                line.sendall(b"x")

    def call() -> None:
        with pytest.raises(NotReached, match="didn’t answer within"):
            post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"", {}, local(seconds=SECONDS))

    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=[server]).start()
        assert seconds_of(call) < 3 * SECONDS
        is_over.set()


def test_a_body_that_comes_a_byte_at_a_time_is_cut(sink: Sink) -> None:
    sink.mode = "drip"
    answers = []

    assert seconds_of(lambda: answers.append(post(sink.url, b"{}", {}, local(seconds=SECONDS)))) < 2
    assert answers[0].status == 200


def test_of_a_body_without_end_64_kilobytes_are_read(sink: Sink) -> None:
    sink.mode = "huge"

    answer = post(sink.url, b"{}", {}, local())

    assert (answer.status, len(answer.body)) == (200, 64 * 1024)


def test_a_server_that_hangs_up_is_told(sink: Sink) -> None:
    sink.mode = "reset"

    with pytest.raises(NotReached, match=r"127\.0\.0\.1 hung up without answering\."):
        post(sink.url, b"{}", {}, local())
    with pytest.raises(NotReached, match="refused the connection"):
        post("http://127.0.0.1:1/", b"{}", {}, local())


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
def test_a_name_that_leads_nowhere_is_told(error: Exception) -> None:
    def look_up(_host: str, _port: int) -> list[str]:
        raise error

    with pytest.raises(NotReached, match=r"hooks\.example couldn’t be found\."):
        post("https://hooks.example/", b"{}", {}, local(look_up=look_up))


def test_the_next_address_is_tried_when_the_first_does_not_answer(sink: Sink) -> None:
    both = local(look_up=lambda _host, _port: ["::1", "127.0.0.1"])

    assert post(f"http://hooks.example:{sink.port}/", b"{}", {}, both).status == 200


def test_a_name_beyond_ascii_is_looked_up_as_the_net_writes_it() -> None:
    target = parse_url("https://Bücher.example:8443/hook?größe=1#part", {"https"}, {8443})

    assert target.netloc == "xn--bcher-kva.example:8443"
    assert target.path == "/hook?gr%C3%B6%C3%9Fe=1"
