"""The packages that a lock file names, each with the version and the digests of its files."""

import re
from pathlib import Path
from typing import NamedTuple

_PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Locked(NamedTuple):
    """One package; ``marker`` says on which machines it is installed, '' for all."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """The address of a package that SBOMs and lists of weaknesses share."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read(file: Path) -> list[Locked]:
    """Return what ``file`` locks, in its order."""
    found: list[Locked] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if package := _PACKAGE.match(line):
            found.append(Locked(package[1], package[2], package[3] or "", ()))
        elif digest := _HASH.search(line):
            last = found.pop()
            found.append(last._replace(hashes=(*last.hashes, digest[1])))
    return found
