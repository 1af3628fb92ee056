"""A sharded database can place what visitors do, as every key of it begins with the experiment."""

import sqlalchemy as sa

from wbtest.extensions import Base

EVENTS = {"visits", "sightings", "signups", "engagements"}
COUNTS = {"hourly_counts", "hour_totals", "day_totals", "kind_totals"}
MACHINES = {"machine_counts"}


def event_tables() -> dict[str, sa.Table]:
    """Every table that this area has a model of."""
    return {
        mapper.local_table.name: mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("wbtest.audience.")
        and isinstance(mapper.local_table, sa.Table)
    }


def test_every_key_of_an_event_begins_with_its_experiment(tables: sa.MetaData) -> None:
    found = event_tables()

    keys = [key for table in found.values() for key in (*table.constraints, *table.indexes)]
    others = [
        key
        for key in keys
        if isinstance(key, sa.PrimaryKeyConstraint | sa.UniqueConstraint | sa.Index)
        and next(iter(key.columns)).name != "experiment_id"
    ]
    assert others == []
    assert set(tables.tables) > found.keys() >= EVENTS | COUNTS | MACHINES
