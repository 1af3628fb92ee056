"""How a public page becomes bytes: the words, style and script inside, the headers beside.

Knows no request and no visitor. A page holds only what is in ``PageCopy``, the tool's own strings,
and who is responsible.
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import brotli
from flask import Flask
from markupsafe import Markup

from wbtest import web
from wbtest.audience.forms import SignupForm
from wbtest.audience.retention_terms import date_in_words, how_long, kept_until, terms_of_page
from wbtest.audience.traffic import Coding
from wbtest.config import Settings
from wbtest.publishing.live_snapshot import LiveExperiment, LiveVariant
from wbtest.publishing.mosaic import glyph_paths, icon_of, mosaic, step_picture
from wbtest.publishing.own_hosts import page_address, page_root
from wbtest.publishing.page_copy import PageCopy
from wbtest.publishing.page_design import (
    LAYOUTS,
    SCHEMES,
    USUAL,
    Look,
    css_of,
    family_of,
    find_icon,
    palette,
    read_name,
)
from wbtest.publishing.page_options import FirstMail, first_mail, host_of
from wbtest.publishing.page_strings import (
    PageStrings,
    heading_letters,
    small_letters,
    strings_for,
    strings_of,
)
from wbtest.publishing.typefaces import cut_typeface
from wbtest.web import shorten
from wbtest.writing.coach.document_reader import sentences_in

Headers = list[tuple[str, str]]
# Names the style sheet of the pages around a landing page.
AROUND = "around"
# Of a page that belongs to no test.
NEUTRAL = Look(layout="plain", palette="paper")
MOST_STEPS = 6
# Where most readers of a language live, for tags that name no country.
LOCALES = {
    "ar": "ar_AR",
    "de": "de_DE",
    "en": "en_GB",
    "es": "es_ES",
    "fr": "fr_FR",
    "ja": "ja_JP",
}


class PageResponse(NamedTuple):
    """The headers and the bytes of a page."""

    headers: Headers
    body: bytes


class Weight(NamedTuple):
    """What a page carries beside its words.

    ``typeface`` is what is set in the page's own: ``all`` that its layout sets large, ``headings``
    without paragraphs, or ``none``.
    """

    closing_picture: bool = True
    typeface: Literal["all", "headings", "none"] = "all"


# In this order a long release gives way.
WEIGHTS = (
    Weight(),
    Weight(closing_picture=False),
    Weight(typeface="headings"),
    Weight(closing_picture=False, typeface="headings"),
    Weight(closing_picture=False, typeface="none"),
)
# What a page weighs at most, compressed with gzip, while anything can give way: what the first
# round trips of a connection carry.
LARGEST_PAGE = 14_000
# In the head of a page with a typeface. The style sheet alone asks for it when its first letters
# are laid out: the page would be painted without it, and move when it comes.
ASK_FOR_TYPEFACE = Markup("document.fonts.forEach(face=>face.load())")
# Behind the style sheet of a page that has its typeface for headings alone, and for the price.
PLAIN_PARAGRAPHS = Markup(
    ":not(.tag)>.say{--scale:.8;--tall:1.14;--tight:-.01em;font-family:var(--text);font-weight:400}"
)
# Asks zlib for a gzip header.
GZIP = 16 + zlib.MAX_WBITS
_TYPEFACE = re.compile(rb"(?<=font/woff2;base64,)([\w+/=]+)")


class PagePaths(NamedTuple):
    """The paths of one experiment's pages."""

    page: str
    seen: str
    signup: str
    thanks: str
    privacy: str
    object: str
    answers: str
    agree: str
    preorder: str
    ask: str
    asked: str


@lru_cache(maxsize=1024)
def paths_of(slug: str, host: str = "") -> PagePaths:
    """Return the paths under which the visitor path answers for ``slug``, at its own host if any.

    >>> paths_of("larder").seen, paths_of("larder", "larder.example").seen
    ('/p/larder/seen', '/seen')
    """
    root = page_root(slug, host)
    return PagePaths(root or "/", *(f"{root}/{name}" for name in PagePaths._fields[1:]))


def path_of_test(path: str, live: LiveExperiment) -> str:
    """Return the path with the test named, unless it runs: what is over may have a successor."""
    return path if live.state == "running" else f"{path}?test={live.id}"


def question_path(live: LiveExperiment) -> str:
    """Where a page sends a question. It names its test: by then another one may be there."""
    return f"{paths_of(live.slug, live.host).ask}?test={live.id}"


class PageRenderer:
    """Fills in the public templates. Style and script are read once, at the start."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        static = Path(app.static_folder or "")
        self._templates = app.jinja_env
        self._settings = settings
        self.base_url = settings.base_url
        self._retention_days = settings.retention_days
        self._is_https = settings.is_https
        self._sheets = {
            name: minify(
                (static / "css" / "public.css").read_text(encoding="utf-8")
                + (static / "css" / f"public-{name}.css").read_text(encoding="utf-8")
            )
            for name in (*LAYOUTS, AROUND)
        }
        self._script = shorten((static / "js" / "seen.js").read_text(encoding="utf-8"))

    def landing(
        self,
        live: LiveExperiment,
        variant: LiveVariant,
        form: SignupForm,
        *,
        problem_line: str = "",
        preview: str = "",
        is_list: bool = False,
        weight: Weight = WEIGHTS[0],
    ) -> str:
        """Return the landing page of a variant. ``preview`` is the token of a preview's link."""
        paths = paths_of(live.slug, live.host)
        takes_questions = live.options.takes_questions and not is_list
        ask_url = _with(paths.ask, preview) if preview else question_path(live)
        style = self.style(live, weight)
        html = self._fill(
            "landing",
            live,
            page=variant.page,
            locale=locale_of(variant.page.language),
            style=style,
            # The frames of a preview run no script, and complain of each.
            typeface_script=ASK_FOR_TYPEFACE if "@font-face" in style and not preview else "",
            weight=weight,
            steps=steps_of(variant.page),
            turn=turn_of(variant.page),
            hero=read_name(variant.page.look.hero),
            form=form,
            action=_with(paths.signup, preview),
            asks_name=live.asks_name,
            disclosure=live.disclosure,
            problem_line=problem_line,
            canonical=page_address(self.base_url, live.slug, live.host),
            seen_url="" if preview or is_list else paths.seen,
            waiting=self.list_promise(live) if is_list else (),
            token=form.token.data,
            script=Markup(self._script),  # noqa: S704 - our own file
            is_indexed=live.options.is_indexed and not preview and not is_list,
            ask_url=ask_url if takes_questions else "",
            preview=bool(preview),
        )
        # Templates are indented for who reads them: 160 bytes of a page, compressed.
        return "\n".join(filter(None, (line.strip(" ") for line in html.split("\n"))))

    def small(
        self, name: str, live: LiveExperiment, *, is_unconfirmed: bool = False, **details: Any
    ) -> str:
        """Return one of the pages around the landing page: thanks, privacy, object, …"""
        mail, strings = self.first_mail(live), strings_of(live.control.page)
        return self._fill(
            name,
            live,
            page=live.control.page,
            style=self.small_style(live),
            disclosure=live.disclosure,
            contact=live.contact,
            seal=live.seal,
            is_list=bool(live.waiting),
            first_mail=mail,
            asks_more=bool(live.options.questions or {"price", "call"} & {*live.options.asks_for}),
            preorder_host=_host(live.options.preorder_url),
            link_host=_host(live.options.link_url),
            options=live.options,
            how_long=how_long(
                live, strings, self._retention_days, mail, is_unconfirmed=is_unconfirmed
            ),
            kept_until=kept_until(live, strings, self._retention_days),
            **details,
        )

    def first_mail(self, live: LiveExperiment) -> FirstMail:
        """Return what people who sign up now get by mail."""
        return first_mail(live.options, self._settings.mail_url)

    def list_promise(self, live: LiveExperiment) -> tuple[str, str]:
        """Return what stands beside the waiting list's form: what it is, how long one is kept."""
        strings, product = strings_of(live.control.page), live.control.page.product
        terms = terms_of_page(live, self._retention_days)
        last = date_in_words(terms.list_last_day or terms.last_day, strings)
        return (
            strings.waiting.format(product=product),
            strings.waiting_text.format(product=product, date=last),
        )

    def link_over(self, *, is_try: bool = False) -> str:
        """Return the page for a link of a mail that leads nowhere; it names nobody."""
        return self._templates.get_template("public/link_over.html").render(
            style=self._style_of(NEUTRAL, AROUND),
            strings=strings_for("en"),
            is_try=is_try,
        )

    def style(self, live: LiveExperiment, weight: Weight = WEIGHTS[0]) -> Markup:
        """Return the style sheet inside a test's landing page, the same in all its variants."""
        look = live.control.page.look
        if weight.typeface == "none" or not live.typeface:
            return self._style_of(look, look.layout)
        if weight.typeface == "all":
            return self._style_of(look, look.layout, live.typeface)
        letters = heading_letters(variant.page for variant in live.variants)
        typeface = cut_typeface(family_of(look), letters)
        return self._style_of(look, look.layout, typeface) + PLAIN_PARAGRAPHS

    def small_style(self, live: LiveExperiment) -> Markup:
        """Return the style sheet inside the pages around the landing page."""
        page = live.control.page
        typeface = b""
        if live.typeface:
            letters = small_letters([variant.page for variant in live.variants])
            typeface = cut_typeface(family_of(page.look), letters)
        return self._style_of(page.look, AROUND, typeface)

    def _style_of(self, look: Look, sheet: str, typeface: bytes = b"") -> Markup:
        # Our own files and constants, and a checked colour.
        text = self._sheets.get(sheet, self._sheets[USUAL.layout])
        return Markup(css_of(look, typeface) + text)  # noqa: S704

    def language_of(self, live: LiveExperiment) -> str:
        """The language of the pages around the landing page: the page's own, if we speak it."""
        return strings_of(live.control.page).language

    def headers(
        self,
        language: str = "en",
        style: str = "",
        *,
        is_framed: bool = False,
        sends_to: str = "",
    ) -> Headers:
        """Return the headers of every public page, without those of its length and coding.

        ``style`` is the page's style sheet, '' for that of a page of no test. ``is_framed`` lets
        pages of this host show it in a frame.
        ``sends_to`` is another origin to which its form may lead, '' for none.
        """
        fixed = web.HEADERS | ({"X-Frame-Options": "SAMEORIGIN"} if is_framed else {})
        return [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Language", language),
            ("Content-Security-Policy", self._policy(style, sends_to, is_framed=is_framed)),
            ("Cache-Control", "private, no-store"),
            ("Vary", "Cookie, Accept-Encoding"),
            *fixed.items(),
            *([("Strict-Transport-Security", "max-age=31536000")] if self._is_https else []),
        ]

    def _policy(self, style: str, sends_to: str, *, is_framed: bool) -> str:
        forms = f"'self' {sends_to}".rstrip()
        framed_by = "'self'" if is_framed else "'none'"
        style = style or self._style_of(NEUTRAL, AROUND)
        fonts, scripts = "", f"'{_source(self._script)}'"
        if "@font-face" in style:
            fonts, scripts = "font-src data:; ", f"{scripts} '{_source(ASK_FOR_TYPEFACE)}'"
        return (
            f"default-src 'none'; style-src '{_source(style)}'; {fonts}script-src {scripts}; "
            f"connect-src 'self'; img-src data: 'self'; form-action {forms}; base-uri 'none'; "
            f"frame-ancestors {framed_by}"
        )

    def pack(
        self,
        html: str,
        coding: Coding,
        language: str,
        style: str = "",
        *,
        is_indexed: bool = True,
        sends_to: str = "",
    ) -> PageResponse:
        """Return a landing page as it is sent. The same words give the same bytes."""
        # Other answers say noindex by themselves; this page mostly wants to be found.
        robots = ("X-Robots-Tag", "all" if is_indexed else "noindex")
        headers = [*self.headers(language, style, sends_to=sends_to), robots]
        body = html.encode()
        if coding:
            headers.append(("Content-Encoding", coding))
            body = brotli.compress(body) if coding == "br" else compress(body)
        return PageResponse([*headers, ("Content-Length", str(len(body)))], body)

    def _fill(self, name: str, live: LiveExperiment, **details: Any) -> str:
        paths = paths_of(live.slug, live.host)
        look = details["page"].look
        # Not flask.render_template: its context asks for a request and a person.
        return self._templates.get_template(f"public/{name}.html").render(
            colours=[palette(look, scheme) for scheme in SCHEMES],
            look=look,
            mosaic=mosaic,
            glyph_paths=glyph_paths,
            step_picture=step_picture,
            icon_url=icon_url_of(live, details["page"]),
            initials_of=initials_of,
            logo=read_name(look.logo),
            photo=read_name(look.photo),
            strings=strings_of(live.control.page),
            controller=live.controller,
            page_url=paths.page,
            root=page_root(live.slug, live.host),
            is_cookieless=live.options.counting == "cookieless",
            respects_signals=live.options.respects_signals,
            privacy_url=path_of_test(paths.privacy, live),
            object_url=paths.object,
            **details,
        )


@lru_cache
def minify(css: str) -> str:
    r"""Return a style sheet of ours without comments and the white space that nothing needs.

    >>> minify("a > b {\n  margin: 0 0.5rem; /* why */\n}\n")
    'a>b{margin:0 .5rem}'
    """
    text = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,>]) ?", r"\1", text).replace(": ", ":").replace(";}", "}")
    return re.sub(r"(?<=[ :,(-])0\.", ".", text).strip()


def compress(body: bytes) -> bytes:
    """Return the body with gzip; the same body gives the same bytes.

    A typeface has a block of its own. In one with words, which use letters unlike it, both would
    take more room: about 700 bytes of a page.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, GZIP)
    first, *others = _TYPEFACE.split(body, maxsplit=1)
    packed = packer.compress(first)
    for part in others:
        packed += packer.flush(zlib.Z_BLOCK) + packer.compress(part)
    return packed + packer.flush()


@lru_cache(maxsize=256)
def steps_of(page: PageCopy) -> tuple[str, ...]:
    """Return the sentences of the solution that are shown as numbered steps, () for none.

    A single sentence, and more than MOST_STEPS, stay a text.
    """
    solution = next((each for each in page.sections if each.kind == "solution"), None)
    if solution is None:
        return ()
    language = page.language.partition("-")[0]
    found = tuple(
        sentence.text
        for paragraph in solution.paragraphs
        for sentence in sentences_in(paragraph, language)
    )
    return found if 1 < len(found) <= MOST_STEPS else ()


@lru_cache(maxsize=256)
def turn_of(page: PageCopy) -> str:
    """Return the last sentence of what differs from today, '' where that is a single one."""
    different = next((each for each in page.sections if each.kind == "alternative"), None)
    if different is None:
        return ""
    found = sentences_in(different.paragraphs[-1], page.language.partition("-")[0])
    return found[-1].text if len(found) > 1 else ""


def locale_of(language: str) -> str:
    """Return a language tag as Open Graph names it.

    >>> locale_of("de"), locale_of("en-US"), locale_of("nl")
    ('de_DE', 'en_US', 'nl')
    """
    return LOCALES.get(language, language.replace("-", "_"))


def icon_url_of(live: LiveExperiment, page: PageCopy) -> str:
    """Return the address of the icon: of the founder's logo, or the one made from the name.

    A draft has no address of its own.
    """
    if find_icon(page.look.logo) and live.state != "draft":
        return f"{page_root(live.slug, live.host)}/icon.png"
    return icon_of(page.product, page.look)


def initials_of(name: str) -> str:
    """Return the first letters of the first and the last word of a name.

    >>> initials_of("Tom Okafor"), initials_of("Mei")
    ('TO', 'M')
    """
    words = name.split()
    return "".join(word[0] for word in (*words[:1], *words[1:][-1:])).upper()


def _with(path: str, preview: str) -> str:
    return f"{path}?preview={preview}" if preview else path


def _host(link: str) -> str:
    return host_of(link) if link else ""


def consent_words(
    live: LiveExperiment, variant: LiveVariant, strings: PageStrings, promised: Sequence[str] = ()
) -> str:
    """Return the words beside the button and on it, as the record of consent keeps them.

    ``promised`` are those that stood there instead of the test's own.
    """
    product = variant.page.product
    if promised:
        words = " ".join(promised)
    elif live.disclosure == "before":
        words = f"{strings.not_yet} {strings.not_yet_why}".format(product=product)
    else:
        words = strings.promise.format(product=product)
    return f"{words} [{variant.page.cta_label}]"


@lru_cache(maxsize=1024)
def _source(text: str) -> str:
    """The name of an inline text in a Content-Security-Policy: its SHA-256."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
