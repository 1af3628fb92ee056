"""A release in the forms in which teams use it: press, blog, app store, landing page. Pure.

Each form is one module with one function from a document to an ``Adapted``. What only the team may
read is taken away before any of them sees the document.
"""

from collections.abc import Callable
from typing import NamedTuple

from wbtest.writing.document import Document
from wbtest.writing.files import for_customers
from wbtest.writing.formats.app_store import app_store
from wbtest.writing.formats.blog_post import blog_post
from wbtest.writing.formats.landing_page import landing_page
from wbtest.writing.formats.pieces import Adapted
from wbtest.writing.formats.press_release import press_release


class Format(NamedTuple):
    """A form by its name in addresses and on the page."""

    name: str
    label: str
    make: Callable[[Document], Adapted]


FORMATS = {
    form.name: form
    for form in (
        Format("press-release", "Press release", press_release),
        Format("blog-post", "Blog post", blog_post),
        Format("app-store", "App store", app_store),
        Format("landing-page", "Landing page", landing_page),
    )
}


def adapted(document: Document, name: str) -> Adapted:
    """Return the release in the form of this name, one of ``FORMATS``."""
    return FORMATS[name].make(for_customers(document))
