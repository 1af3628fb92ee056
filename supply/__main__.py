"""`make audit`: writes the SBOM, lists the licences, and asks for known weaknesses.

Exits 0 when all is well, 1 when something was found, 2 when nobody could be asked.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

from supply import advisories, licences, locked
from supply.sbom import sbom

ROOT = Path(__file__).parents[1]
SBOM = ROOT / "dist" / "sbom.cdx.json"
RUNTIME, ALL = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
VENDORED = ("*.js", "*.css")


def main() -> int:
    """Do all three, print what was found, and return the exit status."""
    ours = locked.read(RUNTIME)
    tools = [package for package in locked.read(ALL) if package not in ours]
    files = [file for kind in VENDORED for file in sorted((ROOT / "static/vendor").glob(kind))]
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(
        json.dumps(sbom(version("wbtest"), ours, files), indent=1) + "\n", encoding="utf-8"
    )
    _say(f"SBOM: {len(ours)} packages and {len(files)} files in {SBOM.relative_to(ROOT)}")
    refused = _list_licences(ours, licences.ALLOWED) + _list_licences(tools, licences.ALLOWED_TOOLS)
    for package, licence in refused:
        _say(f"NOT ALLOWED: {package.name} {package.version}: {licence or 'no licence named'}")
    asked = _ask(ours + tools)
    return 1 if refused else asked


def _list_licences(
    packages: list[locked.Locked], allowed: set[str]
) -> list[tuple[locked.Locked, str]]:
    """Print the licence of each; return those that are none of the allowed."""
    found = [(package, licences.licence_of(package)) for package in packages]
    for package, licence in found:
        _say(f"  {package.name} {package.version}: {licence or '?'}")
    return [pair for pair in found if not licences.is_allowed(pair[1], allowed)]


def _ask(packages: list[locked.Locked]) -> int:
    try:
        found = advisories.find(packages)
    except advisories.NotAsked as error:
        _say(f"Weaknesses: not asked, {advisories.ADDRESS} was not reached ({error}).")
        return 2
    for package, numbers in found:
        _say(f"WEAK: {package.name} {package.version}: {', '.join(numbers)}")
    _say(f"Weaknesses: {len(packages)} packages asked for, {len(found)} with any.")
    return 1 if found else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
