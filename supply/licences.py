"""Under which licence each locked package stands, and whether that is one we build upon."""

import re
from collections.abc import Collection
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution

from supply.locked import Locked

# They ask for a notice, or for changes to their own files, and leave our code as it is.
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python"),
    *("ISC", "LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU", "MPL-1.1", "MPL-2.0", "PSF-2.0"),
    *("Unlicense", "Zlib"),
}
# Tools that look at our code and are no part of what anybody gets.
ALLOWED_TOOLS = ALLOWED | {"Artistic", "GPL-3.0-or-later"}
# Where a package does not say it in its metadata, or not that one may choose, its repository does.
SAID_ELSEWHERE = {
    "axe-playwright-python": "MIT",
    "crawler-user-agents": "MIT",
    "pyphen": "GPL-2.0-or-later OR LGPL-2.0-or-later OR MPL-1.1",
    "text-unidecode": "Artistic OR GPL-1.0-or-later",
}
NOT_HERE = "not for this machine"
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "Artistic License": "Artistic",
    "BSD License": "BSD",
    "GNU General Public License (GPL)": "GPL-1.0-or-later",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    "MIT License": "MIT",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
LONGEST_NAME = 40


def licence_of(package: Locked) -> str:
    """Return the licence in SPDX words, '' where nobody says, or that it is not installed here."""
    try:
        metadata = distribution(package.name).metadata
    except PackageNotFoundError:
        return NOT_HERE
    expression = metadata.get("License-Expression")
    return expression or SAID_ELSEWHERE.get(package.name) or _named(metadata)


def is_allowed(licence: str, allowed: Collection[str] = ALLOWED) -> bool:
    """Whether we may build upon it: of a choice one will do, of several together all must.

    Where brackets mix the two, all that is named must do.

    >>> is_allowed("GPL-2.0-or-later OR MIT"), is_allowed("MIT AND GPL-2.0-or-later")
    (True, False)
    """
    if "(" in licence:
        licence = re.sub(r"[()]", "", licence).replace(" OR ", " AND ")
    return licence == NOT_HERE or any(
        all(part.strip() in allowed for part in choice.split(" AND "))
        for choice in licence.split(" OR ")
    )


def _named(metadata: PackageMetadata) -> str:
    """What the package says of itself without an expression: in its classifiers, or as a name.

    Several classifiers do not say whether one may choose, so all of them count.
    """
    listed = [text.split(" :: ")[-1] for text in metadata.get_all("Classifier") or ()
              if text.startswith("License ::")]  # fmt: skip
    if named := [_CLASSIFIERS.get(text, text) for text in listed if text != "OSI Approved"]:
        return " AND ".join(named)
    text = metadata.get("License") or ""
    return text if len(text) <= LONGEST_NAME else ""
