"""A form to copy to a page of one's own: its HTML, its words, and the sites that may send it.

Nobody knows how many people saw such a form, so who signs up with it is on the list and in no rate,
neither among the visitors nor among those who sign up. The sites are therefore not sealed: no
choice of them can move the result, and a founder may add one while the test runs.
"""

import re
from collections.abc import Iterable

from markupsafe import Markup

from wbtest.publishing import corrections
from wbtest.publishing.models import Experiment, name_of_test
from wbtest.publishing.own_hosts import page_url
from wbtest.publishing.page_copy import PageCopy
from wbtest.publishing.page_options import find_link_fault, origin_of
from wbtest.publishing.page_strings import strings_of
from wbtest.store import Invalid, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing import document as documents

MOST_SITES = 10
LIKE_THIS = "Enter each site like https://www.example.com."


def read_sites(typed: str) -> list[str]:
    """Return the origins of these sites, one a line, as browsers send them, each once.

    Raises Invalid.

    >>> read_sites("https://Larder.example/\\nhttps://larder.example:443/join")
    ['https://larder.example']
    """
    found = dict.fromkeys(_origin(word) for word in typed.split())
    if len(found) > MOST_SITES:
        raise Invalid("sites", f"A test takes {MOST_SITES} sites. Remove some first.")
    return list(found)


def _origin(site: str) -> str:
    if find_link_fault(site):
        raise Invalid("sites", LIKE_THIS)
    origin = origin_of(site).removesuffix(":443")
    port = re.search(r":(\d+)$", origin)
    if port and not 0 < int(port[1]) < 65_536:
        raise Invalid("sites", LIKE_THIS)
    return origin


def set_sites(experiment: Experiment, person: Person, typed: str) -> None:
    """Let these sites send the form, and no others. Raises Invalid."""
    sites = read_sites(typed)
    with writing():
        hold(experiment)
        if sites != experiment.form_sites:
            experiment.form_sites = sites
            said = ", ".join(sites) or "none"
            record("form_sites.changed", f"{name_of_test(experiment)}: {said}", by=person)


def words_of(page: PageCopy) -> tuple[str, str]:
    """Return what stands beside the form, whatever the page does: what it is, and the promise."""
    strings = strings_of(page)
    parts = (f"{strings.not_yet} {strings.not_yet_why}", strings.promise)
    first, second = (part.format(product=page.product) for part in parts)
    return first, second


def form_html(experiment: Experiment) -> str:
    """Return the form as plain HTML, with the control's words as they are now."""
    document = documents.from_json(experiment.revision.document)
    page = corrections.page_of(experiment, experiment.variants[0], document)
    return "\n".join(_lines(page, page_url(experiment), experiment.asks_name))


def _lines(page: PageCopy, url: str, asks_name: bool) -> Iterable[str]:
    strings, (exists_not, promise) = strings_of(page), words_of(page)
    yield Markup('<form method="post" action="{}/off-site" lang="{}" dir="{}">').format(
        url, strings.language, page.dir
    )
    yield Markup("  <p>{}</p>").format(exists_not)
    field = Markup('  <p><label>{} <input name="{}" {}></label></p>')
    email = Markup('type="email" autocomplete="email" required')
    yield field.format(strings.your_email, "email", email)
    if asks_name:
        optional = f"{strings.your_name} ({strings.optional})"
        yield field.format(optional, "name", Markup('autocomplete="name"'))
    # Nobody sees it; scripts fill it in.
    yield Markup(
        '  <p hidden><label>{} <input name="website" autocomplete="off"></label></p>'
    ).format(strings.leave_empty)
    yield Markup('  <p><button type="submit">{}</button></p>').format(page.cta_label)
    yield Markup('  <p>{} <a href="{}/privacy">{}</a></p>').format(promise, url, strings.privacy)
    yield "</form>"
