"""`python -m tests.drills.clients`: visitors in a process of their own, until its input ends.

Each opens the page, sends the beacon, and some sign up: again and again with the same address,
until that is acknowledged. Some come again with their cookie. What they were told stands in the
ledger.
"""

import asyncio
import random
import ssl
import sys
import time
from asyncio import StreamReader
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from tests.drills.ledger import Pen
from tests.steps import visitor
from tests.steps.visitor import BEACON, DESKTOP, FORM, TYPING_SECONDS, find_token, headline_of

ANSWER_SECONDS = 30.0
GIVE_UP_SECONDS = 150.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; ``status`` 0 means that the connection broke before there was one."""

    status: int
    headers: dict[str, str]
    body: str
    took: float
    # Nobody took the connection, so nothing was sent.
    is_unreached: bool = False


class Visitor:
    """One person with one browser, from an IP of their own."""

    def __init__(self, url: str, slug: str, number: int, pen: Pen) -> None:
        parts = urlsplit(url)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._host, self._port = str(parts.hostname), parts.port or (443 if self._tls else 80)
        # A name that no resolver knows is this machine.
        self._to = "127.0.0.1" if self._host.endswith(".test") else self._host
        self._slug = slug
        self._number = number
        self._pen = pen
        self._cookie = ""
        self._headline = ""

    async def come(self, *, signs_up: bool, again: bool = False, tries: int = 200) -> None:
        """Open the page, be seen, and leave an address if this visitor does; or look once more."""
        token = await self.open_page(tries)
        if token is None:
            return
        if self._cookie:
            seen = await self._ask("beacon", visitor.beacon_path(self._slug), token)
            if seen.status == 204:
                self._note("beacon", seen, visitor=self._visitor)
        if signs_up:
            await asyncio.sleep(TYPING_SECONDS)
            await self.sign_up(token, f"visitor-{self._number}@example.com")
        elif again:
            await self.open_page(tries)

    async def sign_up(self, token: str, email: str) -> None:
        """Send the form until it is taken."""
        ends = time.monotonic() + GIVE_UP_SECONDS
        tries = 1
        while (await self.send_once(token, email, tries)).status != 303:
            if time.monotonic() >= ends:
                return
            tries += 1
            await asyncio.sleep(random.uniform(0.2, 0.8))

    async def send_once(self, token: str, email: str, tries: int = 1) -> Answer:
        """Send the form, and return the answer."""
        if tries == 1:
            self._pen.note("sent", email=email)
        form = visitor.signup_body(token, email)
        answer = await self._ask("signup", visitor.signup_path(self._slug), form)
        if answer.status == 303:
            self._note("signup", answer, email=email, tries=tries)
        return answer

    @property
    def _visitor(self) -> str:
        return visitor.who_is(self._cookie)[0]

    def _look_at(self, page: str) -> None:
        """What is shown must be what the cookie says, also the next time."""
        if not self._cookie:
            return
        variant, headline = visitor.who_is(self._cookie)[1], headline_of(page)
        is_other = bool(self._headline) and headline != self._headline
        self._pen.note("shown", variant=variant, headline=headline, is_other=is_other)
        self._headline = headline

    async def open_page(self, tries: int = 1) -> str | None:
        """Open the page until it comes, and return the token of its form."""
        for _ in range(tries):
            path = f"{visitor.page_path(self._slug)}?utm_source=drill"
            answer = await self._ask("page", path, None)
            if answer.status == 200:
                given = visitor.cookie_of(answer.headers.get("set-cookie", ""))
                self._cookie = given or self._cookie
                self._note("page", answer, visitor=self._visitor)
                self._look_at(answer.body)
                return find_token(answer.body)
            await asyncio.sleep(random.uniform(0.2, 0.8))
        return None

    def _note(self, what: str, answer: Answer, **parts: object) -> None:
        self._pen.note(what, at=time.time(), took=round(answer.took, 4), **parts)

    async def _ask(self, what: str, path: str, body: str | None) -> Answer:
        begun, is_unreached = time.monotonic(), False
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status, headers, text = await self._exchange(path, body)
        except ConnectionRefusedError:
            status, headers, text, is_unreached = 0, {}, "", True
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            status, headers, text = 0, {}, ""
        answer = Answer(status, headers, text, time.monotonic() - begun, is_unreached)
        if status not in (200, 204, 303):
            parts: dict[str, object] = {
                "asked": what,
                "status": status,
                "retry_after": headers.get("retry-after", ""),
            }
            parts["is_unreached"] = answer.is_unreached
            self._note("refused", answer, **parts)
        return answer

    async def _exchange(self, path: str, body: str | None) -> tuple[int, dict[str, str], str]:
        # All of 127 is this machine: so a proxy sees each visitor come from an IP of their own.
        ours = (f"127.{self._spread(1)}", 0) if self._to == "127.0.0.1" else None
        name = self._host if self._tls else None
        reader, writer = await asyncio.open_connection(
            self._to, self._port, local_addr=ours, ssl=self._tls, server_hostname=name
        )
        try:
            writer.write(self._request(path, body))
            await writer.drain()
            return await _read(reader)
        finally:
            writer.close()

    def _spread(self, first: int = 0) -> str:
        """The last three parts of an IP that no other visitor has."""
        number = self._number
        return f"{(number >> 16 & 127) + first}.{number >> 8 & 255}.{number & 255}"

    def _address(self) -> str:
        """One in a network of its own: of each network only the first visitors would count."""
        number = self._number
        return f"{24 + number // 62_500}.{number // 250 % 250}.{number % 250}.9"

    def _request(self, path: str, body: str | None) -> bytes:
        lines = [
            f"{'GET' if body is None else 'POST'} {path} HTTP/1.1",
            f"Host: {self._host}:{self._port}",
            f"User-Agent: {DESKTOP}",
            f"X-Forwarded-For: {self._address()}",
            "Sec-Fetch-Site: same-origin",
            "Connection: close",
        ]
        if self._cookie:
            lines.append(f"Cookie: {self._cookie}")
        if body is not None:
            # A beacon is plain text; as a form it would be read as one, and say nothing.
            kind = BEACON if path == visitor.beacon_path(self._slug) else FORM
            lines.append(f"Content-Type: {kind}")
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", body or ""]).encode()


async def _read(reader: StreamReader) -> tuple[int, dict[str, str], str]:
    """Read one answer as a whole; a shorter body than was announced is none."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): text.strip()
        for name, _, text in (line.partition(":") for line in head[1:] if line)
    }
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    else:
        body = await reader.read()
    return int(head[0].split()[1]), headers, body.decode()


async def crowd(
    url: str,
    slug: str,
    pen: Pen,
    *,
    visitors: int,
    share: float,
    rest: float,
    again: float = 0.0,
    first: int = 1,
) -> None:
    """So many at once, each followed by the next one, until our input ends."""
    is_over = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), is_over.set)
    numbers = iter(range(first, 1 << 24))

    async def one_after_the_other() -> None:
        await asyncio.sleep(random.uniform(0, rest))
        while not is_over.is_set():
            number = next(numbers)
            signs_up = random.random() < share
            comes_again = random.random() < again
            await Visitor(url, slug, number, pen).come(signs_up=signs_up, again=comes_again)
            await asyncio.sleep(random.uniform(0, 2 * rest))

    await asyncio.gather(*(one_after_the_other() for _ in range(visitors)))


@click.command()
@click.argument("url")
@click.argument("slug")
@click.argument("ledger", type=click.Path(path_type=Path))
@click.option("--visitors", default=80)
@click.option("--share", default=0.3)
@click.option("--rest", default=0.5)
@click.option("--again", default=0.0)
@click.option("--first", default=1)
def main(url: str, slug: str, ledger: Path, **how: Any) -> None:
    """Visit until our input ends, then let everybody finish."""
    with ledger.open("w", encoding="utf-8") as file:
        asyncio.run(crowd(url, slug, Pen(file), **how), debug=False)


if __name__ == "__main__":
    main()
