"""Known weaknesses of the locked packages, by the open database OSV. It alone is asked."""

import json
import os
from collections.abc import Sequence

import urllib3

from supply.locked import Locked

ADDRESS = "https://api.osv.dev/v1/querybatch"
SECONDS = 20.0


class NotAsked(Exception):
    """The database was not reached, or answered nothing that can be read."""


def find(packages: Sequence[Locked], address: str = ADDRESS) -> list[tuple[Locked, list[str]]]:
    """Return each package with the numbers of its weaknesses, those with any. Raises NotAsked."""
    queries = [{"package": {"purl": package.purl}} for package in packages]
    try:
        answer = _pool(address).request(
            "POST",
            address,
            body=json.dumps({"queries": queries}),
            headers={"Content-Type": "application/json"},
        )
        if answer.status != 200:
            raise NotAsked(f"it answered {answer.status}")
        results = json.loads(answer.data)["results"]
        told = [[found["id"] for found in each.get("vulns", ())] for each in results]
        pairs = list(zip(packages, told, strict=True))
    except (urllib3.exceptions.HTTPError, OSError, ValueError, LookupError, TypeError) as error:
        raise NotAsked(type(error).__name__) from error
    return [pair for pair in pairs if pair[1]]


def _pool(address: str) -> urllib3.PoolManager:
    """Straight to the database, or through the proxy that the environment names."""
    settings = {"timeout": SECONDS, "retries": False}
    scheme = address.partition(":")[0].upper()
    proxy = os.environ.get(f"{scheme}_PROXY") or os.environ.get(f"{scheme.lower()}_proxy")
    if proxy:
        return urllib3.ProxyManager(proxy, **settings)
    return urllib3.PoolManager(**settings)
