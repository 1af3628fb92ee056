"""`wbtest doctor`: one line for each thing that has to be right, and what to do where it is not."""

import json
import os
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

import click

from wbtest import MOST_CONNECTIONS
from wbtest.audience.quality_counts import FEW_NETWORKS, NewestNetworks, newest_networks
from wbtest.cli.startup import opened
from wbtest.config import Settings
from wbtest.delivery import backups, mail_sender, outbox, worker
from wbtest.delivery.models import Webhook
from wbtest.extensions import clock, db, runtime
from wbtest.publishing import own_hosts
from wbtest.results.visitor_checks import MANY_UNKNOWN
from wbtest.team import delivery_settings, health

BACKUP_AGE = timedelta(hours=48)
TIMEOUT_SECONDS = 10
# granian's WSGI takes all of these for one header.
X_FORWARDED_FOR = ("X-Forwarded-For",)
TWINS = ("X_Forwarded_For", "X-Forwarded_For", "X_Forwarded-For")
# Of two that it takes for one the last counts. For each of these it moves the last to the front.
MOVERS = (("Content-Type", "text/plain"), ("Cookie", "a=b"), ("Content-Length", "0"))
# So often is the address asked: behind it there may be several machines, which take turns.
ASKED = 4
# Of fewer visitors their networks say nothing.
FEWEST_VISITORS = 50
NEARLY_ALL = 0.9


class Finding(NamedTuple):
    """What was found: well or not, and a sentence."""

    is_well: bool
    sentence: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Check what has to be right, from settings to the address; exit 1 if one needs care."""
    checks: dict[str, Callable[[Settings], Finding]] = {
        "settings": check_settings,
        "database": check_database,
        "disk": check_disk,
        "worker": check_worker,
        "mail": check_mail,
        "webhooks": check_webhooks,
        "backup": check_backup,
        "address": check_address,
        "hosts": check_hosts,
        "ip": check_ip,
        "networks": check_networks,
    }
    with opened(os.environ) as app:
        settings = runtime(app).settings
        found = {name: check(settings) for name, check in checks.items()}
    if as_json:
        click.echo(
            json.dumps({n: {"ok": f.is_well, "sentence": f.sentence} for n, f in found.items()})
        )
    else:
        for name, finding in found.items():
            click.echo(f"{'ok' if finding.is_well else 'CARE':<6}{name:<10}{finding.sentence}")
    if not all(finding.is_well for finding in found.values()):
        raise SystemExit(1)


def check_settings(settings: Settings) -> Finding:
    is_local = settings.base_url.startswith("http://127.") or "//localhost" in settings.base_url
    if not (settings.is_https or is_local):
        return Finding(False, f"{settings.base_url} is not https: passwords travel in the clear.")
    if settings.is_https and not settings.trusted_proxies:
        return Finding(
            False,
            "https comes from a proxy, but WBTEST_TRUSTED_PROXIES is 0, so all visitors seem to "
            "have its IP. Set it to 1.",
        )
    return Finding(True, f"{settings.base_url}, {settings.workers} web processes.")


def check_database(settings: Settings) -> Finding:
    if settings.database_file is None:
        return _check_connections(settings)
    size = settings.database_file.stat().st_size / 1e6
    return Finding(True, f"SQLite, {size:.1f} MB, whole, up to date.")


def _check_connections(settings: Settings) -> Finding:
    """Whether PostgreSQL gives out what this machine may ask for; of others we know nothing."""
    limits = ("max_connections", "superuser_reserved_connections")
    most, kept = (int(db.session.execute(db.text(f"SHOW {each}")).scalar_one()) for each in limits)
    # The background worker is one more.
    needed = MOST_CONNECTIONS * (settings.workers + 1)
    if most - kept >= needed:
        return Finding(True, "PostgreSQL, up to date.")
    return Finding(
        False,
        f"PostgreSQL gives out {most - kept} connections, and wbtest may open {needed} on this "
        "machine alone. A request that gets none is answered with 503. Set its "
        f"max_connections to {max(300, needed + MOST_CONNECTIONS)}.",
    )


def check_disk(settings: Settings) -> Finding:
    trouble = health.check_disk(settings)
    return Finding(not trouble, trouble or "There is room.")


def check_worker(_settings: Settings) -> Finding:
    trouble = health.check_worker()
    return Finding(not trouble, trouble or "The background worker is alive.")


def check_mail(settings: Settings) -> Finding:
    counts = outbox.counts_by_state()
    state = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "no mail yet"
    if not settings.mail_url:
        return Finding(False, f"WBTEST_MAIL_URL is not set, so mail waits ({state}).")
    try:
        mail_sender.greet(settings.mail_url)
    except mail_sender.NotSent as error:
        return Finding(False, f"The mail server doesn’t accept our mail: {error} ({state}).")
    return Finding(not counts["failed"], f"The mail server answers ({state}).")


def check_webhooks(_settings: Settings) -> Finding:
    hooks = db.session.scalars(db.select(Webhook)).all()
    if not hooks:
        return Finding(True, "No webhook is set up.")
    totals: Counter[str] = Counter()
    for counts in delivery_settings.count_events().values():
        totals.update(counts)
    state = f"{totals['waiting']} waiting, {totals['failed']} failed"
    failing = sum(1 for hook in hooks if hook.failures or hook.state == "disabled")
    if failing or totals["failed"]:
        return Finding(False, f"Of {len(hooks)}, {failing} fail or are off ({state}).")
    return Finding(True, f"{len(hooks)} {'is' if len(hooks) == 1 else 'are'} on ({state}).")


def check_backup(settings: Settings) -> Finding:
    if not settings.is_sqlite:
        return _check_dumps(settings)
    run = worker.find_run("backup")
    if run is None or run.succeeded_at is None:
        return Finding(False, f"There is no backup yet. {run.error if run else ''}".rstrip())
    age = clock.now() - run.succeeded_at
    hours = f"The last backup is {age // timedelta(hours=1)} hours old."
    return Finding(age <= BACKUP_AGE, hours if not run.error else f"{hours} {run.error}")


def _check_dumps(settings: Settings) -> Finding:
    """The same on PostgreSQL, where nobody but the files themselves can tell."""
    newest = backups.newest_dump(settings)
    if newest is None:
        return Finding(
            False,
            "There is no dump in the instance's folder of backups. Make one with wbtest backup, "
            "each night by its timer; if another machine makes them, ask there.",
        )
    file, written_at = newest
    age = clock.now() - written_at
    hours = f"The last dump is {age // timedelta(hours=1)} hours old"
    if not backups.is_dump(file):
        return Finding(False, f"{hours}, and {file.name} is none of PostgreSQL's.")
    return Finding(age <= BACKUP_AGE, f"{hours}.")


def _instance_at(url: str) -> object:
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - http(s)
        return json.load(answer).get("instance")


def check_address(settings: Settings) -> Finding:
    """Whether people who type the address reach this instance and no other."""
    return _check_site(settings, settings.base_url)


def check_hosts(settings: Settings) -> Finding:
    """The same of each host that a test has of its own."""
    hosts = own_hosts.hosts_in_use()
    found = [
        _check_site(settings, own_hosts.site_address(settings.base_url, host)) for host in hosts
    ]
    faults = [each for each in found if not each.is_well]
    if not hosts:
        return Finding(True, "No test has a host of its own.")
    return Finding(not faults, " ".join(each.sentence for each in faults or found))


def _check_site(settings: Settings, site: str) -> Finding:
    url, ours = f"{site}/healthz", health.instance_id(settings)
    try:
        found = {_instance_at(url) for _ in range(ASKED)}
    except (OSError, ValueError, AttributeError) as error:
        return Finding(False, f"{url} does not answer as we would: {error}")
    if ours not in found:
        return Finding(False, f"{url} is answered by another instance.")
    if len(found) > 1:
        return Finding(
            False,
            f"{url} is answered by machines with different secrets, so forms of one are refused by "
            "the other. Set WBTEST_SECRET_KEY to the same on each.",
        )
    return Finding(True, f"{site} reaches this instance.")


def check_ip(settings: Settings) -> Finding:
    """Whether limits count the IP that reached us or a proxy of ours, whatever a visitor claims."""
    try:
        if _is_believed(settings, X_FORWARDED_FOR):
            return Finding(
                False,
                f"Visitors can fake their IP: WBTEST_TRUSTED_PROXIES is "
                f"{settings.trusted_proxies}, more than the proxies that add theirs. Lower it.",
            )
        if _is_believed(settings, TWINS):
            return Finding(
                False,
                "Visitors can fake their IP: your proxy passes X_Forwarded_For on. Remove it "
                "there, see docs/deploy.md.",
            )
    except (OSError, ValueError, AttributeError) as error:
        return Finding(False, f"Couldn’t check whether visitors can fake their IP: {error}")
    return Finding(True, "Visitors can’t fake their IP.")


def check_networks(settings: Settings) -> Finding:
    """Whether the newest visitors come from many networks, or a proxy hides them."""
    return judge_networks(newest_networks(clock.now()), settings.trusted_proxies)


def judge_networks(tests: Sequence[NewestNetworks], proxies: int) -> Finding:
    """Return what the newest visitors of each test say about the proxies in front. Pure."""
    visitors = sum(test.visitors for test in tests)
    unknown = sum(test.unknown for test in tests)
    if visitors < FEWEST_VISITORS:
        return Finding(True, "Too few visitors came in the last day to tell.")
    if unknown >= MANY_UNKNOWN * visitors:
        return Finding(
            False,
            f"Of the newest {visitors:,} visitors {unknown:,} came from a network that wbtest "
            "can’t tell: it may see a proxy instead. Set WBTEST_TRUSTED_PROXIES to the number of "
            f"proxies in front; it is {proxies}. See docs/deploy.md.",
        )
    for slug, number, _, of_few in tests:
        if number >= FEWEST_VISITORS and of_few > NEARLY_ALL * number:
            return Finding(
                False,
                f"Of the newest {number:,} visitors of /p/{slug} {of_few:,} came from "
                f"{FEW_NETWORKS} networks at most. Unless they’re a class or an office, wbtest "
                "sees a proxy or CDN "
                f"instead: WBTEST_TRUSTED_PROXIES is {proxies}. See docs/deploy.md.",
            )
    return Finding(True, f"The newest {visitors:,} visitors came from many networks.")


def _is_believed(settings: Settings, names: Iterable[str]) -> bool:
    """Whether an IP that we made up in these headers is taken for ours."""
    url = f"{settings.base_url}/doctor/{health.minute_token(settings, 'doctor', clock.now())}"
    # One for each proxy that is believed to add another.
    forged = ", ".join([health.MADE_UP_IP] * max(1, settings.trusted_proxies))
    claimed = dict.fromkeys(names, forged)
    return any(_believes(url, dict(MOVERS[:each]) | claimed) for each in range(len(MOVERS) + 1))


def _believes(url: str, headers: dict[str, str]) -> bool:
    question = urllib.request.Request(url, headers=headers)  # noqa: S310 - http(s)
    with urllib.request.urlopen(question, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
        return bool(json.load(answer).get("believed"))
