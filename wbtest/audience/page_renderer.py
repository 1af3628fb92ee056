"""How a public page becomes bytes: the words, style and script inside, the headers beside.

Knows no request and no visitor. Whoever reads a page here reads only what ``PageCopy`` holds, the
tool's own strings, and who is responsible.
"""

import base64
import gzip
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from markupsafe import Markup

from wbtest import web
from wbtest.audience.forms import SignupForm
from wbtest.audience.retention_terms import date_in_words, how_long, kept_until, terms_of_page
from wbtest.config import Settings
from wbtest.publishing.live_snapshot import LiveExperiment, LiveVariant
from wbtest.publishing.page_design import PLAIN, SCHEMES, Look, css_of, palette, read_name
from wbtest.publishing.page_options import FirstMail, first_mail, host_of
from wbtest.publishing.page_strings import PageStrings, strings_for, strings_of
from wbtest.web import shorten

Headers = list[tuple[str, str]]


class PageResponse(NamedTuple):
    """The headers and the bytes of a page."""

    headers: Headers
    body: bytes


class RenderedPage(NamedTuple):
    """A page ready to be sent, plain and compressed."""

    plain: PageResponse
    gzip: PageResponse


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
def paths_of(slug: str) -> PagePaths:
    """Return the paths under which the visitor path answers for ``slug``.

    >>> paths_of("larder").seen
    '/p/larder/seen'
    """
    page = f"/p/{slug}"
    return PagePaths(page, *(f"{page}/{name}" for name in PagePaths._fields[1:]))


def path_of_test(path: str, live: LiveExperiment) -> str:
    """Return the path with the test named, unless it runs: what is over may have a successor."""
    return path if live.state == "running" else f"{path}?test={live.id}"


def question_path(live: LiveExperiment) -> str:
    """Where a page sends a question. It names its test: by then another one may be there."""
    return f"{paths_of(live.slug).ask}?test={live.id}"


class PageRenderer:
    """Fills in the public templates. Style and script are read once, at the start."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        static = Path(app.static_folder or "")
        self._templates = app.jinja_env
        self._settings = settings
        self.base_url = settings.base_url
        self._retention_days = settings.retention_days
        self._is_https = settings.is_https
        self._css = shorten((static / "css" / "public.css").read_text(encoding="utf-8"))
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
    ) -> str:
        """Return the landing page of a variant. ``preview`` is the token of a preview's link."""
        paths = paths_of(live.slug)
        takes_questions = live.options.takes_questions and not is_list
        ask_url = _with(paths.ask, preview) if preview else question_path(live)
        return self._fill(
            "landing",
            live,
            page=variant.page,
            hero=read_name(variant.page.look.hero),
            form=form,
            action=_with(paths.signup, preview),
            asks_name=live.asks_name,
            disclosure=live.disclosure,
            problem_line=problem_line,
            canonical=self.base_url + paths.page,
            seen_url="" if preview or is_list else paths.seen,
            waiting=self.list_promise(live) if is_list else (),
            seal=live.seal,
            token=form.token.data,
            script=Markup(self._script),  # noqa: S704 - our own file
            approved_line=live.approved_line,
            is_indexed=live.options.is_indexed and not preview and not is_list,
            ask_url=ask_url if takes_questions else "",
            preview=bool(preview),
        )

    def small(self, name: str, live: LiveExperiment, **details: Any) -> str:
        """Return one of the pages around the landing page: thanks, privacy, object, …"""
        mail, strings = self.first_mail(live), strings_of(live.control.page)
        return self._fill(
            name,
            live,
            page=live.control.page,
            disclosure=live.disclosure,
            contact=live.contact,
            is_list=bool(live.waiting),
            first_mail=mail,
            asks_more=bool(live.options.questions or {"price", "call"} & {*live.options.asks_for}),
            preorder_host=host_of(link) if (link := live.options.preorder_url) else "",
            how_long=how_long(live, strings, self._retention_days, mail),
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
            css=Markup(self._css),  # noqa: S704 - our own file
            strings=strings_for("en"),
            is_try=is_try,
        )

    def language_of(self, live: LiveExperiment) -> str:
        """The language of the pages around the landing page: the page's own, if we speak it."""
        return strings_of(live.control.page).language

    def headers(
        self,
        language: str = "en",
        look: Look = PLAIN,
        *,
        is_framed: bool = False,
        sends_to: str = "",
    ) -> Headers:
        """Return the headers of every public page, without those of its length and coding.

        ``look`` is the page's. ``is_framed`` lets pages of this host show it in a frame.
        ``sends_to`` is another origin to which its form may lead, '' for none.
        """
        fixed = web.HEADERS | ({"X-Frame-Options": "SAMEORIGIN"} if is_framed else {})
        return [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Language", language),
            ("Content-Security-Policy", self._policy(css_of(look), sends_to, is_framed=is_framed)),
            ("Cache-Control", "private, no-store"),
            ("Vary", "Cookie, Accept-Encoding"),
            *fixed.items(),
            *([("Strict-Transport-Security", "max-age=31536000")] if self._is_https else []),
        ]

    def _policy(self, look_css: str, sends_to: str, *, is_framed: bool) -> str:
        forms = f"'self' {sends_to}".rstrip()
        framed_by = "'self'" if is_framed else "'none'"
        styles = " ".join(f"'{_source(text)}'" for text in (self._css, look_css) if text)
        return (
            f"default-src 'none'; style-src {styles}; script-src '{_source(self._script)}'; "
            f"connect-src 'self'; img-src data: 'self'; form-action {forms}; base-uri 'none'; "
            f"frame-ancestors {framed_by}"
        )

    def pack(
        self, html: str, language: str, look: Look = PLAIN, *, is_indexed: bool = True
    ) -> RenderedPage:
        """Return a landing page as it is sent. The same words give the same bytes."""
        body = html.encode()
        packed = gzip.compress(body, compresslevel=9, mtime=0)
        # Other answers say noindex by themselves; this page mostly wants to be found.
        robots = ("X-Robots-Tag", "all" if is_indexed else "noindex")
        headers = [*self.headers(language, look), robots]
        gzip_headers = [("Content-Encoding", "gzip"), ("Content-Length", str(len(packed)))]
        return RenderedPage(
            PageResponse([*headers, ("Content-Length", str(len(body)))], body),
            PageResponse([*headers, *gzip_headers], packed),
        )

    def _fill(self, name: str, live: LiveExperiment, **details: Any) -> str:
        paths = paths_of(live.slug)
        look = details["page"].look
        # Not flask.render_template: its context asks for a request and a person.
        return self._templates.get_template(f"public/{name}.html").render(
            css=Markup(self._css),  # noqa: S704 - our own file
            look_css=Markup(css_of(look)),  # noqa: S704 - our own constants, and a checked colour
            colours=[palette(look, scheme) for scheme in SCHEMES],
            logo=read_name(look.logo),
            strings=strings_of(live.control.page),
            controller=live.controller,
            page_url=paths.page,
            is_cookieless=live.options.counting == "cookieless",
            respects_signals=live.options.respects_signals,
            privacy_url=path_of_test(paths.privacy, live),
            object_url=paths.object,
            **details,
        )


def _with(path: str, preview: str) -> str:
    return f"{path}?preview={preview}" if preview else path


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
