"""With the network cut a sign-up works up to its mail. Every page is opened so in ``browser/``."""

import socket

import pytest

from tests.audience.larder import Visitor, mails, signups, start_page
from tests.conftest import HandClock
from tests.network import cut_off
from wbtest.delivery import worker


@pytest.mark.parametrize("host", ["192.0.2.1", "fonts.example"])
def test_what_leads_out_would_be_found(host: str) -> None:
    with cut_off() as asked, pytest.raises(OSError, match="network is cut"):
        socket.create_connection((host, 443), 1)

    assert asked == [host]


def test_a_visitor_signs_up_and_the_worker_does_its_work(app, now: HandClock) -> None:
    start_page()
    mia = Visitor(app)
    with cut_off() as asked:
        page = mia.get()
        mia.see(page)
        now.turn(minutes=1)
        thanks = mia.get(mia.sign_up(page, "mia@x.io").headers["Location"])
        leave = mails(app, "mia@x.io")[0].leave_url
        mia.post(leave.replace("/leave/", "/confirm/"), {})
        now.turn(days=1)
        while worker.step(app):
            pass

    assert thanks.status_code == 200
    assert [row.confirmed_us is not None for row in signups(app)] == [True]
    assert asked == []
