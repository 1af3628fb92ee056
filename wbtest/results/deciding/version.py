"""By which program a memo was made."""

from importlib.metadata import version


def made_by() -> str:
    """Return our name and version, as memos state it."""
    return f"wbtest {version('wbtest')}"
