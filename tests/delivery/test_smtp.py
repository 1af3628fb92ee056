"""What a mail looks like on the wire, how it gets there, and what a refusal means."""

import smtplib
import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from tests.delivery.conftest import CERTIFICATE, MailServer
from wbtest.delivery.mail_sender import (
    Bounced,
    HtmlPart,
    Mail,
    NotSent,
    _log_in,
    compose,
    greet,
    send_message,
)

MAIL = Mail(
    message_id="<42@larder.example>",
    sender="Larder <hello@larder.example>",
    recipient="ada@example.com",
    subject="Larder – are you in?",
    body="Hello Ada,\n\nthe fridge is full: “yes”.\n",
    leave_url="https://try.example.com/leave/abc",
    written_at=datetime(2027, 3, 1, 9, 0, tzinfo=UTC),
)


def test_a_mail_arrives_as_it_was_written(mail_server: MailServer) -> None:
    send_message(compose(MAIL), mail_server.url)

    (mail,) = mail_server.mails
    assert mail["From"] == "Larder <hello@larder.example>"
    assert mail["To"] == "ada@example.com"
    assert mail["Subject"] == "Larder – are you in?"
    assert mail["Message-ID"] == "<42@larder.example>"
    assert mail["Date"] == "Mon, 01 Mar 2027 09:00:00 +0000"
    assert mail.get_content().replace("\r\n", "\n") == MAIL.body


def test_a_mail_client_can_take_its_reader_off_the_list(mail_server: MailServer) -> None:
    send_message(compose(MAIL), mail_server.url)

    (mail,) = mail_server.mails
    assert mail["List-Unsubscribe"] == "<https://try.example.com/leave/abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_mail_to_the_team_has_no_list_to_leave() -> None:
    message = compose(replace(MAIL, leave_url=""))

    assert "List-Unsubscribe" not in message
    assert "List-Unsubscribe-Post" not in message


@pytest.mark.parametrize(
    "smuggled",
    [
        {"subject": "Hello\r\nBcc: eve@example.com"},
        {"recipient": "ada@example.com\r\nBcc: eve@example.com"},
        {"recipient": "ada@example.com, eve@example.com"},
        {"recipient": "Ada <ada@example.com>"},
        {"leave_url": "https://x.example/\r\nBcc: eve@example.com"},
        {"message_id": "<1@x>\nBcc: eve@example.com"},
    ],
)
def test_a_header_cannot_be_smuggled_in(smuggled: dict[str, str]) -> None:
    try:
        message = compose(replace(MAIL, **smuggled))
    except Bounced:
        return
    assert "Bcc" not in message
    assert len(message["To"].addresses) == 1
    assert b"eve@example.com\r\n" not in message.as_bytes().partition(b"\r\n\r\n")[0]


def test_a_domain_with_umlauts_is_written_so_that_every_server_knows_it() -> None:
    assert compose(replace(MAIL, recipient="a@bücher.de"))["To"] == "a@xn--bcher-kva.de"


def test_a_server_without_international_names_bounces_one(mail_server: MailServer) -> None:
    with pytest.raises(Bounced, match="SMTPUTF8"):
        send_message(compose(replace(MAIL, recipient="ü@example.com")), mail_server.url)


@pytest.mark.parametrize(
    ("mode", "meaning"),
    [
        ("421", NotSent),
        ("550", Bounced),
        ("554", Bounced),
        ("drop", NotSent),
        ("relay", NotSent),
    ],
)
def test_a_refusal_is_for_good_or_for_now(
    mail_server: MailServer, mode: str, meaning: type[Exception]
) -> None:
    mail_server.mode = mode

    with pytest.raises(meaning):
        send_message(compose(MAIL), mail_server.url)


def test_a_server_that_is_away_is_tried_later() -> None:
    with pytest.raises(NotSent, match="refused"):
        send_message(compose(MAIL), "smtp://127.0.0.1:1")


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(NotSent, match="timed out"):
            send_message(compose(MAIL), url, seconds=0.2)


def test_a_mail_with_html_says_the_same_twice_and_the_plain_text_first(
    mail_server: MailServer,
) -> None:
    send_message(compose(MAIL, HtmlPart("<p>voilà</p>")), mail_server.url)

    (mail,) = mail_server.mails
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert "<p>voilà</p>" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_starttls_is_used_where_it_is_offered_and_the_password_only_then(
    encrypting_server: MailServer,
) -> None:
    send_message(compose(MAIL), f"smtp://larder:p%40ss%3Aword@127.0.0.1:{encrypting_server.port}")

    assert encrypting_server.was_encrypted == [True]


def test_a_password_is_not_sent_over_a_wire_that_others_can_read(mail_server: MailServer) -> None:
    with (
        smtplib.SMTP("127.0.0.1", mail_server.port) as smtp,
        pytest.raises(NotSent, match="no encryption"),
    ):
        _log_in(
            smtp,
            urlsplit("smtp://me:secret@mail.example.com"),
            ssl.create_default_context(),
            is_near=False,
        )


def test_reaching_the_server_sends_nothing(mail_server: MailServer) -> None:
    greet(mail_server.url)

    assert mail_server.mails == []


def test_a_server_that_cannot_be_reached_is_told(encrypting_server: MailServer) -> None:
    for url in ("smtp://127.0.0.1:1", f"smtp://me:wrong@127.0.0.1:{encrypting_server.port}"):
        with pytest.raises(NotSent):
            greet(url)


def test_a_wrong_password_is_ours_to_fix_and_not_a_bounce(encrypting_server: MailServer) -> None:
    with pytest.raises(NotSent, match="535"):
        send_message(compose(MAIL), f"smtp://larder:wrong@127.0.0.1:{encrypting_server.port}")


def test_smtps_speaks_tls_from_the_start(encrypted_server: MailServer) -> None:
    trust = ssl.create_default_context(cafile=str(CERTIFICATE))

    send_message(compose(MAIL), f"smtps://127.0.0.1:{encrypted_server.port}", trust)

    assert len(encrypted_server.mails) == 1


def test_a_certificate_that_is_not_believed_stops_the_mail(encrypted_server: MailServer) -> None:
    with pytest.raises(NotSent, match="certificate"):
        send_message(
            compose(MAIL),
            f"smtps://127.0.0.1:{encrypted_server.port}",
            ssl.create_default_context(),
        )


def test_a_long_line_is_broken_for_the_wire_and_whole_again(mail_server: MailServer) -> None:
    send_message(compose(replace(MAIL, body="word " * 2000)), mail_server.url)

    assert mail_server.mails[0].get_content().strip() == ("word " * 2000).strip()


def test_a_server_without_log_in_is_ours_to_fix_and_not_a_bounce(mail_server: MailServer) -> None:
    with pytest.raises(NotSent, match="AUTH"):
        send_message(compose(MAIL), f"smtp://me:secret@127.0.0.1:{mail_server.port}")


def test_what_a_server_says_before_the_mail_is_no_word_about_the_mail(
    mail_server: MailServer,
) -> None:
    mail_server.mode = "stranger"

    with pytest.raises(NotSent, match="550 who are you"):
        send_message(compose(MAIL), mail_server.url)


def test_an_error_after_the_mail_was_taken_is_no_reason_to_send_it_again(
    mail_server: MailServer,
) -> None:
    mail_server.mode = "rude"

    send_message(compose(MAIL), mail_server.url)

    assert len(mail_server.mails) == 1
