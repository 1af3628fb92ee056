"""How the driver reaches PostgreSQL, and how soon it notices that nobody is there any more."""

import os

from sqlalchemy import make_url

# Of a machine whose power is gone nothing comes, no end of a connection either. The system alone
# would wait for it for two hours, also when the machine has long been back: and with it whoever
# wants to store something. By these a silent one is given up after 25 s.
NOTICES: dict[str, object] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# Whatever the encoding of the database is: of one that was made without any the driver returns
# bytes, and SQLAlchemy breaks before ``store.check_rules`` can say what to do.
TEXT: dict[str, object] = {"client_encoding": "utf8"}


def options_of(url: str) -> dict[str, object]:
    """Return what a connection is told; how long it waits an address may say otherwise, or libpq's
    PGCONNECT_TIMEOUT.

    >>> options_of("postgresql+psycopg://far/wbtest?connect_timeout=60")["keepalives_idle"]
    10
    """
    said = {*make_url(url).query}
    if "PGCONNECT_TIMEOUT" in os.environ:
        said.add("connect_timeout")
    return {name: value for name, value in NOTICES.items() if name not in said} | TEXT
