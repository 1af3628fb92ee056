"""What must never have become of a payload, in a page as parsed and in files of each kind. Pure."""

import csv
import io
import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zipfile import ZipFile

import pypdf
from lxml import etree, html

from tests.hostile.payloads import WORKED_OUT

# What no page of ours has: elements and attributes that a payload made. Ours carry no handlers.
MADE = re.compile(r"zq\d\dz")
ADDRESSES = ("href", "src", "action", "formaction", "poster", "data", "ping", "xlink:href")
SCHEMES = ("", "http", "https", "mailto")
EVIL = "evil.example"
RISKY = ("=", "+", "-", "@", "|", "%", ";", '"', "\uff1d", "\uff0b", "\uff0d", "\uff20")
HEADERS = (
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "Content-Type", "Content-Transfer-Encoding"),
)
# The same question, asked of what a browser made of the page; ``said`` is what can be read there.
LOOK = """() => {
  const faults = [];
  const addresses = "href src action formaction poster data ping xlink:href".split(" ");
  for (const element of document.querySelectorAll("*")) {
    const { localName, rel } = element;
    for (const { name, value } of element.attributes) {
      const fault = `a payload made ${localName} ${name}="${value.slice(0, 80)}"`;
      if (/^on|^data-zq|^srcdoc$/.test(name)) faults.push(fault);
      if (/^(id|name)$/.test(name) && /^zq\\d\\dz$/.test(value)) faults.push(fault);
      if (!addresses.includes(name) || !URL.canParse(value, document.baseURI)) continue;
      const { protocol, hostname } = new URL(value, document.baseURI);
      const isDrawn = protocol === "data:" && (localName === "img" || rel === "icon");
      if (!/^(https?|mailto|blob):$/.test(protocol) && !isDrawn) faults.push(fault);
      if (hostname.endsWith("evil.example")) faults.push(fault);
    }
  }
  const said = [];
  const texts = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentNode } = texts.currentNode;
    if (!/^(script|style)$/.test(parentNode.localName)) said.push(data);
  }
  for (const field of document.querySelectorAll("input, textarea, option")) said.push(field.value);
  for (const name of ["aria-label", "alt", "title", "content"]) {
    for (const named of document.querySelectorAll(`[${name}]`)) said.push(named.getAttribute(name));
  }
  return { faults, said: said.join("\\n") };
}"""


def faults_in_page(text: str) -> list[str]:
    """Return what a payload made in this HTML, or what a template made of one."""
    if not text.strip():
        return []
    return _made_in(html.document_fromstring(text)) + faults_in_text(text)


def _in_drawing(body: bytes) -> list[str]:
    drawn = etree.fromstring(body)
    scripts = [f"has {each.tag}" for each in drawn.iter("{*}script", "{*}foreignObject", "{*}a")]
    return scripts + _made_in(drawn) + faults_in_text(body.decode())


def _made_in(root: Any) -> list[str]:
    return [
        f'{element.tag} {name}="{value[:80]}"'
        for element in root.iter("*")
        for name, value in element.attrib.items()
        if _is_made(element.tag, name, value)
    ]


def _is_made(tag: str, name: str, value: str) -> bool:
    if name.startswith(("on", "data-zq")) or name == "srcdoc":
        return True
    if name in ("id", "name"):
        return bool(MADE.fullmatch(value))
    address = re.sub(r"[\x00-\x20]", "", value)
    scheme, colon, _ = address.partition(":")
    # A mail shows a picture that came with it.
    known = (*SCHEMES, "data", "cid") if tag in ("img", "link") else SCHEMES
    is_foreign = bool(colon) and "/" not in scheme and scheme.lower() not in known
    return name in ADDRESSES and (is_foreign or EVIL in address.partition("?")[0])


def faults_in_text(text: str) -> list[str]:
    """Return what some template made of a payload."""
    found = re.findall(rf".{{0,30}}(?:{WORKED_OUT}|<class '|root:x:0:0)", text)
    return [f"worked out: {each}" for each in found]


def faults_in_file(path: str, body: bytes) -> list[str]:
    """Return what a payload became in a file of this name."""
    check = _CHECKS.get(path.rpartition(".")[2], lambda body: faults_in_text(body.decode()))
    return [f"{path}: {fault}" for fault in check(body)]


def _in_csv(body: bytes) -> list[str]:
    text = body.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    # A program that is set to another separator splits it there.
    pieces = [piece for cell in cells for piece in re.split(r"[;\t\r\n]", cell)]
    return [f"formula: {piece[:60]}" for piece in pieces if piece.lstrip().startswith(RISKY)]


def _in_json(body: bytes) -> list[str]:
    for line in body.decode().splitlines() if b"}\n{" in body else [body]:
        json.loads(line)
    return faults_in_text(body.decode())


def _in_word(body: bytes) -> list[str]:
    with ZipFile(io.BytesIO(body)) as package:
        parts = {name: package.read(name).decode("utf-8", "replace") for name in package.namelist()}
    told = re.compile(
        r'TargetMode="External"|<w:(?:hyperlink|fldSimple|instrText|object)\b|<!DOCTYPE'
    )
    faults = [f"{name} has {hit}" for name, text in parts.items() for hit in told.findall(text)]
    return faults + faults_in_text(parts["word/document.xml"])


def _in_pdf(body: bytes) -> list[str]:
    read = pypdf.PdfReader(io.BytesIO(body))
    faults = [f"attached: {name}" for name in read.attachments]
    faults += [name for name in ("/OpenAction", "/AA", "/AcroForm") if name in read.root_object]
    for page in read.pages:
        for note in page.get("/Annots", ()):
            action = note.get_object().get("/A", {})
            if action.get("/S") != "/GoTo" and EVIL in str(action):
                faults.append(f"leads away: {action}")
        faults += faults_in_text(page.extract_text())
    return faults


_CHECKS = {
    "csv": _in_csv,
    "json": _in_json,
    "html": lambda body: faults_in_page(body.decode()),
    "svg": _in_drawing,
    "docx": _in_word,
    "pdf": _in_pdf,
    "png": lambda _: [],
    "webp": lambda _: [],
}


def faults_in_mail(message: EmailMessage) -> list[str]:
    """Return what a payload became in a mail as it is sent: another header, or markup."""
    read = message_from_bytes(message.as_bytes(), policy=policy.default)
    faults = [f"header {name}" for name in read.keys() if name not in HEADERS]  # noqa: SIM118
    faults += [f"{name} twice" for name in set(read.keys()) if len(read.get_all(name)) > 1]
    for part in read.walk():
        if part.get_content_type() == "text/html":
            faults += faults_in_page(part.get_content())
        elif part.get_content_type() == "text/plain":
            faults += faults_in_text(part.get_content())
        elif not part.is_multipart() and part.get_content_type() != "image/png":
            faults.append(f"a part of type {part.get_content_type()}")
    return faults
