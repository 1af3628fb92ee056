"""From where a request comes, as coarse as it is kept: in the audit log and the list of devices."""

import ipaddress

from flask import has_request_context, request

from wbtest.networks import Reach, network_of
from wbtest.runtime import runtime
from wbtest.team import browsers


def is_asked() -> bool:
    """Whether somebody's request is being answered, and not a command or a job done."""
    return has_request_context()


def find_device() -> str:
    """What the asking browser says it is, in a few words; '' outside a request."""
    return browsers.in_words(request.user_agent.string) if is_asked() else ""


def find_network() -> str:
    """The part of the asking address that many share, a /24 or /48; '' outside a request."""
    try:
        asking = ipaddress.ip_address(request.remote_addr or "") if is_asked() else None
    except ValueError:
        return ""
    if isinstance(asking, ipaddress.IPv6Address) and asking.ipv4_mapped:
        asking = asking.ipv4_mapped
    if asking is None:
        return ""
    return str(ipaddress.ip_network((asking, 24 if asking.version == 4 else 48), strict=False))


def find_reach() -> Reach:
    """How the request that is being answered reached us; '' outside a request."""
    if not is_asked():
        return ""
    if "X-Forwarded-For" in request.headers and not runtime().settings.trusted_proxies:
        return "untold"
    return "known" if network_of(request.remote_addr or "") else "private"
