"""The demo's story: five ideas, from the first draft to a decision, told in the order of its days.

People and texts are made through the same verbs as everybody's, at the demo's own times; strangers
come over HTTP. One idea was tested twice and is being built, one was stopped on paper. Of the three
tests that run one meets its target, one waits for a second signature, one has a broken split.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from functools import partial

from flask import Flask

from wbtest.cli.demo import crowd, scenes
from wbtest.cli.demo.world import EMAILS, OWNER, START_HOUR, World
from wbtest.team import people, settings

Act = Callable[[World], object]
FIRST_DAY = 50
NO_COVER = (
    "I rang four insurers. None of them covers goods in a private loft, and two said the host’s own"
    " home insurance would lapse. With cover of our own, four boxes would cost £31 a month: more"
    " than a storage unit."
)
# How many days ago, at what hour, and what happened.
SCENES: tuple[tuple[int, float, Act], ...] = (
    (49, 19, partial(scenes.draft, name="docket", number=1)),
    (47, 13, partial(scenes.draft, name="docket", number=2)),
    (46, 10, partial(scenes.approve, name="docket")),
    (45, START_HOUR, partial(scenes.start, test="docket")),
    (34, 20, partial(scenes.draft, name="nightbus", number=1)),
    (33, 1, partial(scenes.end, test="docket")),
    (33, 17, partial(scenes.draft, name="kiln", number=1)),
    (32, 11, partial(scenes.decide, test="docket")),
    (31, 9, partial(scenes.take_in, test="docket", question="Does my customer need an app?")),
    (31, 18, partial(scenes.draft, name="docket", number=3)),
    (30, 12, partial(scenes.draft, name="attic", number=1)),
    (29, 9, partial(scenes.draft, name="attic", number=2)),
    (29, 14, partial(scenes.draft, name="nightbus", number=2)),
    (29, 16, partial(scenes.draft, name="kiln", number=2)),
    (28, 13, partial(scenes.draft, name="docket", number=4)),
    (26, 16, partial(scenes.approve, name="docket")),
    (25, START_HOUR, partial(scenes.start, test="docket-2")),
    (22, 13, partial(scenes.draft, name="larder", number=1)),
    (20, 13, partial(scenes.draft, name="larder", number=2)),
    (19, 10, partial(scenes.stop, name="attic", reason=NO_COVER, weeks=13)),
    (18, 13, partial(scenes.draft, name="larder", number=3)),
    (16, 13, partial(scenes.draft, name="larder", number=4)),
    (14, 13, partial(scenes.draft, name="larder", number=5)),
    *((13, 15, partial(scenes.approve, name=name)) for name in ("larder", "nightbus", "kiln")),
    (12, START_HOUR, partial(scenes.start, test="larder")),
    (11, 1, partial(scenes.end, test="docket-2")),
    (11, START_HOUR, partial(scenes.start, test="nightbus")),
    (10, START_HOUR, partial(scenes.start, test="kiln")),
    (9, 10, partial(scenes.decide, test="docket-2")),
    (8, 15, partial(scenes.save_marks, test="docket-2", number=0)),
    (2, 17, partial(scenes.save_marks, test="docket-2", number=1)),
    (1, 16, partial(scenes.propose, test="nightbus")),
)
AFTERWARDS = ("docket", "docket-2", "larder", "nightbus", "kiln")
HERE = "{here}"


def begin(app: Flask, world: World) -> None:
    """Make the team and its three people."""
    with app.app_context():
        world.clock.set(world.moment(FIRST_DAY, START_HOUR))
        settings.set_up(
            settings.make_setup_link(),
            name="Tom Okafor",
            email=OWNER,
            password=world.password,
            team_name="Okafor & Daughters",
            controller="Okafor & Daughters Ltd, 14 Call Lane, Leeds",
        )
        for name, full_name, role in (
            ("priya", "Priya Nair", "approver"),
            ("jonas", "Jonas Weber", "viewer"),
        ):
            people.add_person(
                email=EMAILS[name],
                name=full_name,
                role=role,
                password=world.password,
            )


def steps(
    app: Flask, world: World, door: crowd.Door, pool: Executor, visitors: int
) -> list[Callable[[], None]]:
    """Return every scene, and every two hours of strangers between them, in their order."""
    street = crowd.Street(world, door, pool, visitors)

    def play(moment: datetime, act: Act) -> None:
        with app.app_context():
            street.wait_until_recorded()
            world.clock.set(moment)
            act(world)

    def let_come(slot: Callable[[], None]) -> None:
        with app.app_context():
            slot()

    moments = [(world.moment(days, hour), act) for days, hour, act in SCENES]
    parts = [(moment, partial(play, moment, act)) for moment, act in moments]
    parts += [(moment, partial(let_come, slot)) for moment, slot in street.slots()]
    # What happens at the same moment happens in this order: a test starts, then they come.
    return [step for _, step in sorted(parts, key=lambda part: part[0])]


def finish(app: Flask, world: World) -> str:
    """Write down what was spent and what happened meanwhile; return where to look first."""
    with app.app_context():
        for test in AFTERWARDS:
            scenes.write_costs_and_notes(world, test)
        return places_to_look(world, scenes.share(world, "larder", "Ruth Adeyemi, our adviser"))


def places_to_look(world: World, shared: str) -> str:
    """Return what the command prints, with ``HERE`` for the address of the server."""
    larder = world.releases["larder"]
    decided = world.experiment("docket-2").id
    places = (
        ("Open first", f"/login?next=/ideas\n{'':17}{OWNER}  {world.password}"),
        ("A review", f"/releases/{larder}/revisions/5"),
        ("A decision", f"/experiments/{decided}/memo/1"),
        ("The build", f"/experiments/{decided}/decision#build"),
        ("As a visitor", "/p/larder"),
        ("As an outsider", shared),
    )
    return "\n".join(f"  {name:15}{HERE}{path}" for name, path in places)
