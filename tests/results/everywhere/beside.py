"""Who was left out, what people said and read, and what they cost."""

from tests.results.everywhere import expecting
from tests.results.everywhere.expecting import Share
from tests.results.everywhere.reading import (
    Reader,
    has_table,
    of,
    plain,
    table,
    whole,
)
from tests.results.everywhere.recount import COLUMNS

AGREED = {
    "price": ("Price", "agreed"),
    "call": ("Call", "agreed"),
    "preorder": ("Pre-order", "clicked through"),
}
LEFT_OUT = "Excluded visits by reason and variant"
BESIDE = "Locked and adjusted figures"
OPEN = " open from the start"
REASONS = {
    "bot": "Bots",
    "preview": "Link previews",
    "prefetch": "Prefetches",
    "lost": "Lost, because the database didn’t store them",
    "team": "People on the team",
    "suspected": "People suspected of being a bot",
    "paused": "People while the test was paused",
    "opted_out": "People who objected to being counted",
    "source": "People from a source that doesn’t count",
    "waiting": "People on the waiting list, after the end",
}


def check_left_out(reader: Reader) -> None:
    """Excluded visits, and the figures with groups set aside."""
    page = reader.page("results/visitors")
    machines, people = expecting.machines(reader), expecting.left_out(reader)
    several = len(reader.plan.keys) > 1
    expected = [
        [REASONS[why], *map(whole, [*row, *([sum(row)] if several else [])])]
        for why, row in machines.items()
    ]
    for why, row in people.items():
        sums = [tuple(sum(column) for column in zip(*row, strict=True))] if several else []
        expected.append([REASONS[why], *(_people(*pair) for pair in [*row, *sums])])
    assert has_table(page, LEFT_OUT) == bool(expected)
    shown = table(page, LEFT_OUT)[1:] if expected else []
    assert [row[1:] for row in shown] == [row[1:] for row in expected]
    for (name, *_), (head, *_) in zip(expected, shown, strict=True):
        assert head.startswith(name)
    assert has_table(page, BESIDE) == bool(reader.plan.aside)
    if reader.plan.aside:
        [_, *shown] = table(page, BESIDE)
        assert [row[1:4:2] for row in shown] == [
            [of(sealed), of(left)] for sealed, left in expecting.beside(reader)
        ]


def _people(visits: int, signups: int) -> str:
    if not signups:
        return whole(visits)
    return f"{whole(visits)} {whole(signups)} {'sign-up' if signups == 1 else 'sign-ups'}"


def check_said(reader: Reader) -> None:
    """Answers, the last step, and what was read."""
    page, plan, answers = reader.page("results/answers"), reader.plan, reader.told.answers
    if plan.question:
        label = f"How many people chose each answer to: {plan.question}"
        people = sum(answers.values())
        assert has_table(page, label) == (people > 0)
        if people:
            assert table(page, label)[1:] == [
                [choice, f"{whole(answers[choice])} of {whole(people)}"] for choice in plan.choices
            ]
    total = expecting.added(reader.rows)
    for step in plan.asks_for:
        yes = total[COLUMNS.index(step)]
        no = 0 if step == "preorder" else total[COLUMNS.index(f"{step}_no")]
        said_no = "" if step == "preorder" else f" · {whole(no)} said no"
        skipped = whole(total[4] - yes - no)
        name, did = AGREED[step]
        assert f"{name}: {whole(yes)} {did}{said_no} · {skipped} skipped" in plain(page)
    labels = "Who opened each question", "How far visitors got, by variant"
    is_shown = bool(reader.told.acts)
    assert [has_table(page, label) for label in labels] == [is_shown] * 2
    if is_shown:
        _check_reading(reader, page, *labels)


def _check_reading(reader: Reader, page: str, opened: str, done: str) -> None:
    [_, *shown] = table(page, opened)
    wanted = expecting.questions(reader)
    for row, (question, *shares) in zip(shown, wanted, strict=True):
        is_open = row[0] == f"{question}{OPEN}"
        assert row == [
            question + OPEN * is_open,
            # Nobody opens what is open.
            *("–" if is_open and not share[0] else _share(share) for share in shares),
        ]
    assert table(page, done)[1:] == [
        [name, *(_share(share) if share[1] else "–" for share in shares)]
        for _, name, shares in expecting.steps(reader)
    ]


def _share(share: Share) -> str:
    return f"{whole(share[0])} of {whole(share[1])}"
