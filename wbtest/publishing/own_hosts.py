"""A host of its own for the page of a test, such as halfchair.com: what may be one, and who has it.

The page is at ``/`` there, and what belongs to it below. The team's pages are not. A test keeps the
host that it starts with, for all links and emails that name it; the next test of the idea may have
another, or none. The idea's address ``/p/<slug>`` leads on to the host of its newest test, so a
visitor is counted there alone. A cookie is of one host: who met an earlier test at another one is
new to this test, also where they objected to being counted.
"""

import json
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from sqlalchemy import select

from wbtest.delivery import http_client
from wbtest.extensions import db, runtime
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid, end_reading
from wbtest.team import health
from wbtest.writing.models import Release

LONGEST_HOST = 253
# Somebody waits for the page that says it.
PATIENCE_SECONDS = 4.0
NOT_A_HOST = "Enter a name like halfchair.com, without a path or port."
# Python’s own codec makes another domain of some names than browsers do.
NOT_ASCII = "Enter it as DNS has it, like xn--bcher-kva.example."
# As names are written in DNS; other alphabets as xn--….
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def check_host(typed: str, release: Release) -> str:
    """Return a host for tests of a release as it is kept, '' for none.

    ``typed`` may be its web address. Raises Invalid for what is no host or isn't written as
    DNS has it, and for one that the team or another idea has. Two people at once can give one host
    to two ideas.
    """
    name = typed.strip().lower().removeprefix("https://").removeprefix("http://")
    host = name.removesuffix("/")
    if not host:
        return ""
    if not host.isascii():
        raise Invalid("host", NOT_ASCII)
    if fault := find_host_fault(host):
        raise Invalid("host", fault)
    if host in runtime().hosts:
        raise Invalid("host", "Your team logs in there. Use another host.")
    others = select(Experiment.slug).where(
        Experiment.host == host, Experiment.release_id != release.id
    )
    if taken := db.session.scalar(others.limit(1)):
        raise Invalid("host", f"/p/{taken} has this host. Use another one.")
    return host


def find_host_fault(host: str) -> str:
    """Return the sentence that says why this is no host, '' when it is one.

    >>> find_host_fault("halfchair.com"), find_host_fault("192.0.2.1") == NOT_A_HOST
    ('', True)
    """
    labels = host.split(".")
    is_name = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    # No domain ends in digits alone, so this is no IP either.
    is_name = is_name and not labels[-1].isdigit() and len(host) <= LONGEST_HOST
    return "" if is_name else NOT_A_HOST


def is_own_host(name: str) -> bool:
    """Whether a test has this host, in whatever case it is written."""
    host = name.lower()
    # What is no name is not looked up.
    if find_host_fault(host):
        return False
    has_it = select(Experiment.id).where(Experiment.host == host)
    return db.session.scalar(has_it.limit(1)) is not None


def hosts_in_use() -> Sequence[str]:
    """Return the hosts of tests of which something is kept of visitors, or may be some day."""
    with_host = Experiment.host != "", Experiment.purged_at.is_(None)
    return db.session.scalars(
        select(Experiment.host).where(*with_host).distinct().order_by(Experiment.host)
    ).all()


def find_host_trouble(host: str) -> str:
    """Return why people who type this host don't reach this instance, '' when they do.

    Asks only where strangers could ask, too.
    """
    settings = runtime().settings
    # Others may have the connection while we wait.
    end_reading()
    site, policy = site_address(settings.base_url, host), runtime().outgoing
    try:
        answer = http_client.get(f"{site}/healthz", policy._replace(seconds=PATIENCE_SECONDS))
        is_us = json.loads(answer.body).get("instance") == health.instance_id(settings)
    except (http_client.NotAllowed, http_client.NotReached) as error:
        return str(error)
    except (ValueError, AttributeError, RecursionError):
        is_us = False
    return "" if is_us else f"{host} is answered by another server."


def site_address(base_url: str, host: str) -> str:
    """Return what the addresses at a host begin with: reached as ``base_url``, which '' stands for.

    >>> site_address("https://try.example.com", "halfchair.com")
    'https://halfchair.com'
    """
    if not host:
        return base_url
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def page_address(base_url: str, slug: str, host: str) -> str:
    """Return the address of a page; what belongs to it is below.

    >>> page_address("https://try.example.com", "larder", "")
    'https://try.example.com/p/larder'
    """
    return site_address(base_url, host) + page_root(slug, host)


def page_root(slug: str, host: str) -> str:
    """Return what the paths below a page begin with, at the host where it is."""
    return "" if host else f"/p/{slug}"


def page_url(experiment: Experiment) -> str:
    """Return the address of the public page of a test."""
    return page_address(runtime().settings.base_url, experiment.slug, experiment.host)
