"""The SBOM: everything that runs with us, as CycloneDX 1.6 in JSON."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from supply.licences import NOT_HERE, licence_of
from supply.locked import Locked

OURS = "pkg:pypi/wbtest"


def sbom(version: str, packages: Sequence[Locked], vendored: Sequence[Path]) -> dict[str, Any]:
    """Return the SBOM of this version: the locked packages, and the files of others in static/.

    The same input makes the same output, its number too.
    """
    parts = [*map(_package, packages), *map(_vendored, vendored)]
    content = json.dumps(parts, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{OURS}@{version} {content}')}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": OURS,
                "name": "wbtest",
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": parts,
        "dependencies": [{"ref": OURS, "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def _package(package: Locked) -> dict[str, Any]:
    licence = licence_of(package)
    part: dict[str, Any] = {
        "type": "library",
        # Two versions of one package may be locked, each for other machines.
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in package.hashes],
    }
    if licence and licence != NOT_HERE:
        part["licenses"] = [{"license": {"name": licence}}]
    if package.marker:
        part["properties"] = [{"name": "wbtest:only-where", "value": package.marker}]
    return part


def _vendored(file: Path) -> dict[str, Any]:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return {
        "type": "file",
        "bom-ref": f"static/vendor/{file.name}",
        "name": file.name,
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
