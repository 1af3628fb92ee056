"""Does somebody between us and the visitors keep copies of the page? Pure.

We forbid it (``private, no-store``), and a cache that disobeys leaves no line with us: who gets its
copy was never served by us. A copy without our cookie makes people nobody: their beacons are
dropped, and only their addresses come. A copy with a cookie makes them all one person, and that one
leaves many addresses. A beacon always proves a visit, so served against seen cannot show it.
"""

from __future__ import annotations

from wbtest.results.trust import Check, early, share
from wbtest.results.trusting.around import Around

FEWEST_SIGNUPS = 10
# So few browsers keep no cookie of the page itself that this many are no chance.
MANY_WITHOUT = 0.2
# Families share a browser; a tenth of all addresses is no family.
MANY_SHARED = 0.1
# Of those without a cookie, from one variant: a cache keeps one.
NEARLY_ALL = 0.9


def check_cached(around: Around) -> Check:
    """Do addresses come without our cookie, or many with the same?"""
    check, title = "cached", "No copies of the page on the way"
    newest, without = around.newest, sum(around.without_cookie)
    if around.is_cookieless:
        reason = "This page sets no cookie, so a copy of it would not show in the addresses."
        return Check(check, "ok", reason, title, "not known")
    if newest.count < FEWEST_SIGNUPS:
        return early(check, title, f"From {FEWEST_SIGNUPS} addresses on it says something.")
    found = []
    if without > MANY_WITHOUT * newest.count:
        found.append(f"{without:,} came without our cookie{_from_one(around, without)}")
    if newest.shared > MANY_SHARED * newest.count:
        found.append(f"{newest.shared:,} came with a cookie that more than two addresses share")
    if not found:
        reason = (
            f"{share(newest.count - without, newest.count)} of the newest {newest.count:,} "
            f"addresses came with a cookie of ours, and {newest.shared or 'none'} with one that "
            "more than two addresses share."
        )
        return Check(check, "ok", reason, title, "yes")
    reason = (
        f"Of the newest {newest.count:,} addresses {' and '.join(found)}. Somebody before this "
        "server, a cache or a CDN, seems to hand out copies of the page: these people are not "
        "told apart, and not split by chance. The rate leaves them out or takes them for one."
    )
    do = (
        "In the settings of your CDN or proxy take /p/ out of the cache, and let Set-Cookie "
        "through. We send Cache-Control: private, no-store with each page."
    )
    return Check(check, "warn", reason, title, "doubtful", do=do, where="page")


def _from_one(around: Around, without: int) -> str:
    """That nearly all of them are from one variant, where there are several."""
    most = max(around.without_cookie)
    if len(around.without_cookie) < 2 or most < NEARLY_ALL * without:
        return ""
    return f", {most:,} of them from {around.name(around.without_cookie.index(most))}"
