"""The last part of a page's address: what it may be, and a first proposal. Pure."""

import re
import unicodedata
from collections.abc import Container
from itertools import count

SHORTEST, LONGEST = 2, 60
# Only small ASCII letters: so no two addresses look alike, and none differs by case alone.
_SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
# Names that mean something to this server, to a web server in front of it, or to a file system.
_RESERVED = """
admin api app aux com1 com2 com3 com4 con confirm demo experiments favicon healthz help index
leave login logout lpt1 lpt2 lpt3 lpt4 mail metrics new nul object p plan portfolio preview
privacy prn readyz releases results review robots root seen setup shared signup sitemap static
support team thanks well-known www
"""
RESERVED = frozenset(_RESERVED.split())


def find_fault(slug: str, longest: int = LONGEST) -> str:
    """Return the sentence that says why this cannot be part of an address, or '' when it can.

    >>> find_fault("larder"), find_fault("-larder")
    ('', 'Use letters a to z, digits and hyphens between them.')
    """
    if not SHORTEST <= len(slug) <= longest:
        return f"Use {SHORTEST} to {longest} characters."
    if slug != slug.lower() and _SLUG.fullmatch(slug.lower()):
        return "Use small letters only."
    if not _SLUG.fullmatch(slug):
        return "Use letters a to z, digits and hyphens between them."
    if slug in RESERVED:
        return f"“{slug}” means something else on this server. Choose another word."
    return ""


def propose(name: str, taken: Container[str] = (), longest: int = LONGEST) -> str:
    """Return an address made from a name: valid, at most ``longest`` long and not in ``taken``.

    >>> propose("Crème Brûlée & Co."), propose("Larder", {"larder"}), propose("平日の夕食")
    ('creme-brulee-co', 'larder-2', 'page')
    """
    stem = stem_of(name, longest)
    for number in count(1):
        proposal = stem if number == 1 else f"{stem}-{number}"
        if proposal not in taken and not find_fault(proposal):
            return proposal
    raise AssertionError("numbers do not run out")


def stem_of(name: str, longest: int = LONGEST) -> str:
    """Return what every address begins with that ``propose`` makes from this name.

    >>> stem_of("Crème Brûlée & Co."), stem_of("Plan")
    ('creme-brulee-co', 'plan')
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name)[: longest - 4].strip("-") or "page"
