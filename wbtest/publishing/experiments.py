"""Making an experiment from a revision, finding it, and changing it while it is a draft.

Two people can change one draft, and nobody replaces what they haven't read. A new experiment takes
over look and wording from those before it. What happens from the start on is in ``lifecycle``.
"""

import json
import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.exc import ObjectDeletedError

from wbtest.extensions import clock, db
from wbtest.publishing import images, own_hosts, page_copy, planner
from wbtest.publishing import rule as rules
from wbtest.publishing.models import Experiment, Variant, name_of_test
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing.models import Release, Revision, name_of
from wbtest.writing.text_rules import find_fault

CONTROL = "control"
LONGEST_KEY, LONGEST_NAME = 30, 80
VARIANTS_RULE = (
    "A test has one to six variants, each with a weight that is a whole number from 1 to 1,000."
)
CHANGED = (
    "Somebody else changed this after you opened it. What you typed is still below. Look at "
    "theirs on the Test tab, then save again to replace it with yours."
)
# What the pages of all ideas of a team have in common: it holds no words and no pictures.
OF_THE_TEAM = ("layout", "palette", "accent", "family", "corner")
# The protocol takes so many in one file.
MOST_ADDRESSES = 50_000
SHORTEST_SLUG, LONGEST_SLUG = 2, 60
# Only small ASCII letters: so no two addresses look alike, and none differs by case alone.
_SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
# Names that mean something to this server, to a web server in front of it, or to a file system.
_RESERVED_SLUGS = """
admin api app aux com1 com2 com3 com4 con confirm demo experiments favicon healthz help index
leave login logout lpt1 lpt2 lpt3 lpt4 mail metrics new nul object p plan portfolio preview
privacy prn readyz releases results review robots root seen setup shared signup sitemap static
support team thanks well-known www
"""
RESERVED_SLUGS = frozenset(_RESERVED_SLUGS.split())


class Frozen(Refused):
    """A change to what was sealed."""


def find_variant(experiment: Experiment, key: str) -> Variant | None:
    """The experiment's variant of this key, or None."""
    return next((variant for variant in experiment.variants if variant.key == key), None)


def proposed_slug(product: str) -> str:
    """An address for a product's page that is free right now."""
    # Without the number that a short or reserved name gets from the first page on.
    stem = slug_stem(product)
    taken = db.session.scalars(select(Release.slug).where(Release.slug.startswith(stem)))
    return propose_slug(product, {slug for slug in taken if slug})


def experiments_before(before: int | None, most: int) -> list[Experiment]:
    """The experiments from the newest on, those made before the one of this number."""
    query = select(Experiment)
    if before is not None:
        query = query.where(Experiment.id < before)
    return list(db.session.scalars(query.order_by(Experiment.id.desc()).limit(most)))


def newest_zone() -> str:
    """The time zone of the newest experiment, UTC before there is one."""
    query = select(Experiment.time_zone).order_by(Experiment.id.desc()).limit(1)
    return db.session.scalar(query) or "UTC"


def count_started(release: Release) -> int:
    """How many tests of the release were ever started: the first fixes its address for good."""
    count = db.session.scalar(
        select(func.count(Experiment.id)).where(
            Experiment.release_id == release.id, Experiment.started_at.is_not(None)
        )
    )
    return count or 0


def find_newer_test(experiment: Experiment) -> Experiment | None:
    """The newest test that was started after this one: the address of the idea shows that one."""
    if experiment.started_at is None:
        return None
    return db.session.scalar(
        select(Experiment)
        .where(
            Experiment.release_id == experiment.release_id,
            Experiment.started_at.is_not(None),
            Experiment.attempt > experiment.attempt,
        )
        .order_by(Experiment.attempt.desc())
        .limit(1)
    )


def create_experiment(
    revision: Revision,
    author: Person,
    *,
    slug: str = "",
    host: str = "",
    rule: rules.Hypothesis,
    time_zone: str,
    asks_name: bool = False,
    expected_daily: int | None = None,
) -> Experiment:
    """Make a draft with one variant, the control, which is the revision's own text.

    ``slug`` is the address that the release gets with its first test, '' for one of the product's
    name; later tests have the same. The same once more, as by a double click, returns the first.
    Raises Invalid for an address, a host, a last day or a time zone that cannot be used.
    """
    with writing():
        release = revision.release
        # The second of two clicks waits here for the first.
        hold(release)
        _check(rule, time_zone, expected_daily)
        if release.slug is None:
            set_address(release, slug or proposed_slug(revision.document["product"]))
        elif slug not in ("", release.slug):
            raise Invalid("slug", f"This idea already has an address: /p/{release.slug}.")
        settings = {
            "time_zone": time_zone,
            "asks_name": asks_name,
            "expected_daily": expected_daily,
            "rule": rules.to_json(rule),
            "host": own_hosts.check_host(host, release),
        }
        return _find_same_draft(revision, author, settings) or add_draft(
            revision,
            author,
            variants=[Variant(key=CONTROL, position=0, name="Control", weight=1)],
            **settings,
            **inherit_design(revision),
        )


def add_draft(revision: Revision, author: Person, **parts: Any) -> Experiment:
    """Add a draft to the open transaction; ``parts`` are its columns and variants."""
    experiment = Experiment(
        release=revision.release,
        revision=revision,
        author=author,
        # Until the start, which counts again.
        attempt=1 + count_started(revision.release),
        created_at=clock.now(),
        **parts,
    )
    db.session.add(experiment)
    db.session.flush()
    record("experiment.made", name_of(revision), by=author)
    return experiment


def set_address(release: Release, slug: str) -> None:
    """Let the tests of a release stand at this address; joins the open transaction.

    Raises Invalid for one of no use, one that another idea has, and for any other than its own
    once a test has started: printed links lead there.
    """
    if slug == release.slug:
        return
    if count_started(release):
        raise Invalid(
            "slug", f"A test of this idea has started, so its address stays /p/{release.slug}."
        )
    if fault := find_slug_fault(slug):
        raise Invalid("slug", fault)
    taken = Invalid("slug", f"/p/{slug} is taken. Choose another address.")
    if db.session.scalar(select(Release.id).where(Release.slug == slug)) is not None:
        raise taken
    release.slug = slug
    try:
        db.session.flush()
    except IntegrityError as error:
        # Somebody took it just now.
        raise taken from error


def change_rule(
    experiment: Experiment,
    *,
    slug: str = "",
    host: str = "",
    rule: rules.Hypothesis,
    time_zone: str,
    asks_name: bool = False,
    expected_daily: int | None = None,
    read: str = "",
) -> Experiment:
    """Replace everything but the variants. Raises Invalid as ``set_address`` does, and for a rule.

    ``slug`` is the address of its release, '' for the one that it has.

    ``read`` is the digest of ``rule_parts`` that the person was shown; EditConflict when it's old.
    """
    with writing():
        open_draft(experiment)
        hold(experiment.release)
        _check(rule, time_zone, expected_daily)
        slug, before = slug or experiment.slug, rule_parts(experiment)
        host = own_hosts.check_host(host, experiment.release)
        if before != (slug, host, rules.to_json(rule), time_zone, asks_name, expected_daily):
            check_unchanged(read, *before)
        experiment.rule, experiment.host = rules.to_json(rule), host
        experiment.time_zone, experiment.asks_name = time_zone, asks_name
        experiment.expected_daily = expected_daily
        set_address(experiment.release, slug)
        db.session.refresh(experiment, ["slug"])
    return experiment


def remove_experiment(experiment: Experiment) -> None:
    """Take a draft away with its rule and variants; with the last test its address is free again.

    Raises Frozen from the start on: what strangers were shown is kept.
    """
    with writing() as session:
        hold(experiment)
        release = experiment.release
        hold(release)
        if experiment.state != "draft":
            raise Frozen("This test has started, so you can’t delete it. End it instead.")
        record("experiment.deleted", name_of_test(experiment))
        session.delete(experiment)
        session.flush()
        if session.scalar(select(Experiment.id).where(Experiment.release_id == release.id)) is None:
            release.slug = None


def add_variant(
    experiment: Experiment,
    writer: Person,
    *,
    name: str,
    weight: int,
    overrides: Mapping[str, Any],
    key: str = "",
) -> Variant:
    """Add a variant; without ``key`` one is made from the name.

    The same once more, as by a double click, returns the first. Raises Invalid for a seventh
    variant, or for a name, weight, key or override of no use.
    """
    with writing():
        open_draft(experiment)
        changed = check_variant(name, weight, overrides)
        wanted = (name.strip(), weight, changed)
        same = [each for each in experiment.variants[1:] if variant_parts(each) == wanted]
        if same and not key:
            return same[0]
        taken = {variant.key for variant in experiment.variants}
        if len(taken) >= rules.MOST_VARIANTS:
            raise Invalid("name", VARIANTS_RULE)
        key = key or propose_slug(name, taken, LONGEST_KEY)
        if fault := find_slug_fault(key, LONGEST_KEY):
            raise Invalid("key", fault)
        if key in taken:
            raise Invalid("key", "Another variant has this key.")
        variant = Variant(
            key=key,
            position=len(taken),
            name=name.strip(),
            weight=weight,
            overrides=changed,
            writer_id=writer.id if changed else None,
        )
        experiment.variants.append(variant)
    return variant


def change_variant(
    variant: Variant,
    writer: Person,
    *,
    name: str,
    weight: int,
    overrides: Mapping[str, Any],
    read: str = "",
) -> Variant:
    """Replace name, weight and overrides. Raises Invalid as ``add_variant`` does.

    ``read`` is the digest of ``variant_parts`` that its writer saw; EditConflict when it's old.
    """
    with writing():
        experiment = _experiment_of(variant)
        open_draft(experiment)
        changed = check_variant(name, weight, overrides)
        if variant_parts(variant) != (name.strip(), weight, changed):
            check_unchanged(read, *variant_parts(variant))
        if changed != variant.overrides:
            variant.overrides = changed
            variant.writer_id = writer.id if changed else None
        variant.name, variant.weight = name.strip(), weight
    return variant


def remove_variant(variant: Variant) -> None:
    """Take a variant away. Raises Refused for the control, which the others are compared with."""
    with writing():
        experiment = _experiment_of(variant)
        open_draft(experiment)
        if variant.position == 0:
            raise Refused("The control stays: the other variants are compared with it.")
        experiment.variants.remove(variant)
        for position, kept in enumerate(experiment.variants):
            kept.position = position


def _experiment_of(variant: Variant) -> Experiment:
    """The variant's experiment. Raises Refused when somebody deleted the variant meanwhile."""
    try:
        return variant.experiment
    except ObjectDeletedError as error:
        raise Refused(
            "This variant was deleted in the meantime. Look at the test again."
        ) from error


def open_draft(experiment: Experiment) -> None:
    """Wait for other changes to this experiment. Raises Frozen unless it is a draft then."""
    hold(experiment)
    if experiment.state != "draft":
        raise Frozen(
            "This test has started, and its rule and variants are locked. Create a new test for "
            "the change."
        )


@cache
def _known_zones() -> frozenset[str]:
    """Return the zones of this machine; to list them reads a folder of hundreds of files."""
    return frozenset(available_timezones())


def _check(rule: rules.Hypothesis, time_zone: str, daily: int | None) -> None:
    if daily is not None and not 1 <= daily <= planner.MOST_DAILY:
        raise Invalid(
            "daily", f"Enter 1 to {planner.MOST_DAILY:,} visitors a day, or leave it empty."
        )
    if time_zone not in _known_zones():
        raise Invalid("time_zone", "Choose a time zone from the list.")
    today = clock.now().astimezone(ZoneInfo(time_zone)).date()
    if fault := rule.find_end_fault(today):
        raise Invalid("ends_on", fault)
    if found := rule.find_crowd_fault(clock.now(), time_zone):
        raise Invalid(*found)


def check_variant(name: str, weight: int, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the overrides that can be kept. Raises Invalid for the first thing that cannot."""
    if not name.strip():
        raise Invalid("name", "Give this variant a name.")
    if fault := find_fault(name, LONGEST_NAME):
        raise Invalid("name", fault)
    # Truth values and fractions compare like numbers, but are no weights.
    if type(weight) is not int or not 1 <= weight <= rules.HEAVIEST:
        raise Invalid("weight", VARIANTS_RULE)
    try:
        kept = page_copy.check_overrides(overrides)
    except page_copy.NotAnOverride as error:
        raise Invalid(error.field, str(error)) from error
    images.demand_picture("hero", kept.get("hero", ""))
    return kept


def _find_same_draft(
    revision: Revision, author: Person, settings: dict[str, Any]
) -> Experiment | None:
    """A draft of this revision by the same author as it was just made, or None."""
    for draft in drafts_of(revision, author):
        is_untouched = [each.key for each in draft.variants] == [CONTROL]
        if is_untouched and {name: getattr(draft, name) for name in settings} == settings:
            return draft
    return None


def drafts_of(revision: Revision, author: Person) -> Sequence[Experiment]:
    """Return the drafts of this revision by this author."""
    return db.session.scalars(
        select(Experiment)
        .where(
            Experiment.revision_id == revision.id,
            Experiment.author_id == author.id,
            Experiment.state == "draft",
        )
        .options(selectinload(Experiment.variants))
    ).all()


class EditConflict(Invalid):
    """A change of something that is not what its author was shown."""


def part_digest(*values: Any) -> str:
    """SHA-256 of a part of a draft as a form shows it, 64 hex digits."""
    return rules.digest(json.dumps(values, sort_keys=True))


def check_unchanged(read: str, *values: Any) -> None:
    """Raise EditConflict when ``values`` are not those of which ``read`` is the digest.

    ``read`` is '' where nobody was shown one.
    """
    if read and read != part_digest(*values):
        raise EditConflict("", CHANGED)


def rule_parts(experiment: Experiment) -> tuple[Any, ...]:
    """Return everything of an experiment but its variants, as ``change_rule`` replaces it."""
    settings = (experiment.time_zone, experiment.asks_name, experiment.expected_daily)
    return experiment.slug, experiment.host, experiment.rule, *settings


def variant_parts(variant: Variant) -> tuple[Any, ...]:
    """Return what a change of a variant replaces."""
    return variant.name, variant.weight, variant.overrides


def inherit_design(revision: Revision) -> dict[str, Any]:
    """Return look and wording for an experiment of this revision, and whose they are, by column.

    Both are of the newest experiment of the same release, the wording of the newest in the same
    language. The first one of a release takes over theme, accent, font and corners of the
    team's newest.
    """
    newest = select(Experiment).order_by(Experiment.created_at.desc(), Experiment.id.desc())
    own = db.session.scalars(
        newest.where(Experiment.release_id == revision.release_id).options(
            joinedload(Experiment.revision)
        )
    ).all()
    language = revision.document.get("language")
    same = (each for each in own if each.revision.document.get("language") == language)
    spoken = next(same, None)
    last = own[0] if own else db.session.scalar(newest.limit(1))
    look = dict(last.look) if last else {}
    if not own:
        look = {name: value for name, value in look.items() if name in OF_THE_TEAM}
    return {
        "look": look,
        "look_writer_id": own[0].look_writer_id if own else None,
        "wording": dict(spoken.wording) if spoken else {},
        "wording_writer_id": spoken.wording_writer_id if spoken else None,
    }


def listed_slugs(host: str) -> Sequence[str]:
    """Return the open pages at a host that search engines may list, the oldest first.

    ``host`` is a test's own, '' for the team's.
    """
    # What is not said is the usual, and that is to be listed.
    is_indexed = Experiment.options["is_indexed"].as_boolean().is_not(False)
    return db.session.scalars(
        select(Experiment.slug)
        .where(Experiment.state == "running", Experiment.host == host, is_indexed)
        .order_by(Experiment.id)
        .limit(MOST_ADDRESSES)
    ).all()


def find_slug_fault(slug: str, longest: int = LONGEST_SLUG) -> str:
    """Return the sentence that says why this cannot be part of an address, or '' when it can.

    >>> find_slug_fault("larder"), find_slug_fault("-larder")
    ('', 'Use letters a to z, digits and hyphens between them.')
    """
    if not SHORTEST_SLUG <= len(slug) <= longest:
        return f"Use {SHORTEST_SLUG} to {longest} characters."
    if slug != slug.lower() and _SLUG.fullmatch(slug.lower()):
        return "Use small letters only."
    if not _SLUG.fullmatch(slug):
        return "Use letters a to z, digits and hyphens between them."
    if slug in RESERVED_SLUGS:
        return f"“{slug}” means something else on this server. Choose another word."
    return ""


def propose_slug(name: str, taken: Container[str] = (), longest: int = LONGEST_SLUG) -> str:
    """Return an address made from a name: valid, at most ``longest`` long and not in ``taken``.

    >>> propose_slug("Crème Brûlée & Co."), propose_slug("Larder", {"larder"})
    ('creme-brulee-co', 'larder-2')
    >>> propose_slug("平日の夕食")
    'page'
    """
    stem = slug_stem(name, longest)
    for number in count(1):
        proposal = stem if number == 1 else f"{stem}-{number}"
        if proposal not in taken and not find_slug_fault(proposal):
            return proposal
    raise AssertionError("numbers do not run out")


def slug_stem(name: str, longest: int = LONGEST_SLUG) -> str:
    """Return what every address begins with that ``propose`` makes from this name.

    >>> slug_stem("Crème Brûlée & Co."), slug_stem("Plan")
    ('creme-brulee-co', 'plan')
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name)[: longest - 4].strip("-") or "page"
