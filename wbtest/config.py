"""Settings: read once from the environment, checked before the first request.

A bad value is refused with the sentence that fixes it. Nothing here reads a request or a database.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "WBTEST_"
MINIMUM_SECRET = 32
MOST_DIGITS = 20
DATABASES = ("sqlite:///", "postgresql+psycopg://")
# How everybody else writes the second.
USUAL = ("postgresql://", "postgres://")
KNOWN = {
    "INSTANCE": "folder for database, secrets and backups (default `./instance`)",
    "DATABASE_URL": "`sqlite:///…` or `postgresql://…` (default: SQLite in the instance)",
    "SECRET_KEY": f"signs forms and links, {MINIMUM_SECRET} characters or more, the same on every "
    "machine (default: made once)",
    "BASE_URL": "the address people type, e.g. `https://try.example.com`; it builds every link",
    "TRUSTED_PROXIES": "how many proxies in front may name the visitor's IP (default 0)",
    "MAIL_URL": "`smtp://user:password@host:587`, or `smtps://…`; without it no visitor is asked "
    "to confirm, and other email is queued",
    "MAIL_FROM": "sender of our emails, e.g. `Larder <hello@example.com>`",
    "WORKERS": "web processes, 1 to 64 (default: one per core, at most 4)",
    "RETENTION_DAYS": "days the privacy page promises, 1 to 760 (default 395)",
    "IDLE_DAYS": "days after which an unused device is logged out, 1 to 30 (default 14)",
    "SLOW_MS": "milliseconds; pages and API calls that take longer are logged (default: none)",
    "LOG_FORMAT": "`text` or `json` (default `text`)",
}


class BadSetting(Exception):
    """A setting that cannot be used; the text names it and says the fix."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator decides. Paths are absolute, ``base_url`` has no final slash."""

    instance: Path
    database_url: str
    secret_key: str
    base_url: str = "http://127.0.0.1:8000"
    trusted_proxies: int = 0
    mail_url: str = ""
    mail_from: str = "wbtest <wbtest@localhost>"
    workers: int = 1
    retention_days: int = 395
    idle_days: int = 14
    log_format: str = "text"
    # 0 logs none.
    slow_ms: int = 0
    # Nobody gave a secret and there was none, so it is known to this folder alone, and no database
    # has been used with it yet.
    is_secret_new: bool = False

    @property
    def is_https(self) -> bool:
        """Whether people reach us over https, which decides how cookies are named and sent."""
        return self.base_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        return Path(self.database_url.removeprefix("sqlite:///")) if self.is_sqlite else None


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings, making the instance folder and its secret when there are none.

    Raises BadSetting with the fix for the first value that cannot be used.
    """
    given = {k.removeprefix(PREFIX): v for k, v in environ.items() if k.startswith(PREFIX)}
    unknown = sorted(set(given) - set(KNOWN))
    if unknown:
        raise BadSetting(
            f"{PREFIX}{unknown[0]} is not a setting. Remove it, or use one of: "
            + ", ".join(PREFIX + name for name in KNOWN)
        )
    instance = Path(given.get("INSTANCE") or "instance").resolve()
    _make_folder(instance)
    database_url = _database_url(given.get("DATABASE_URL", ""), instance)
    secret_key, is_secret_new = _secret_key(given.get("SECRET_KEY"), instance)
    return Settings(
        instance=instance,
        database_url=database_url,
        secret_key=secret_key,
        is_secret_new=is_secret_new,
        base_url=_base_url(given.get("BASE_URL") or "http://127.0.0.1:8000"),
        trusted_proxies=_whole(given, "TRUSTED_PROXIES", 0, 0, 10),
        mail_url=_mail_url(given.get("MAIL_URL", "")),
        mail_from=_mail_from(given.get("MAIL_FROM") or "wbtest <wbtest@localhost>"),
        workers=_whole(given, "WORKERS", min(4, os.cpu_count() or 1), 1, 64),
        retention_days=_whole(given, "RETENTION_DAYS", 395, 1, 760),
        idle_days=_whole(given, "IDLE_DAYS", 14, 1, 30),
        log_format=_one_of(given, "LOG_FORMAT", ("text", "json")),
        slow_ms=_whole(given, "SLOW_MS", 0, 1, 60_000),
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(
            f"{PREFIX}INSTANCE: cannot make {folder} ({error.strerror}). "
            "Choose a folder that this account may write to."
        ) from error
    if not os.access(folder, os.W_OK):
        raise BadSetting(
            f"{PREFIX}INSTANCE: {folder} is not writable. Give this account the right."
        )


def _secret_key(given: str | None, instance: Path) -> tuple[str, bool]:
    """The operator's secret, or one made once and kept readable for this account alone.

    And whether it is new: it has another name until ``keep_secret``.
    """
    if given is not None:
        if len(given) < MINIMUM_SECRET or len(set(given)) < 8:
            raise BadSetting(
                f"{PREFIX}SECRET_KEY is too easy to guess. Use {MINIMUM_SECRET} random characters, "
                "or leave it unset and one is made in the instance folder."
            )
        return given, False
    file = secret_file(instance)
    if file.exists():
        secret = _read_secret(file)
        if len(secret) < MINIMUM_SECRET:
            raise BadSetting(
                f"{file} is damaged. Restore the copy you keep elsewhere. Without one, delete "
                "it: then everybody logs in again, and two-step verification can’t be checked."
            )
        return secret, False
    new = _new_secret_file(instance)
    try:
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = _read_secret(new)
        if len(secret) >= MINIMUM_SECRET:
            return secret, True
        # It was cut off while it was written, and nothing was kept by it.
        handle = os.open(new, os.O_WRONLY | os.O_TRUNC)
    secret = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w") as stream:
        stream.write(secret)
    return secret, True


def _read_secret(file: Path) -> str:
    """The secret in a file, '' for what is no text."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        return ""
    except PermissionError:
        raise BadSetting(
            f"{file} cannot be read. Give the file to the account that runs wbtest: a "
            "file that was copied back as root belongs to root."
        ) from None


def secret_file(instance: Path) -> Path:
    """Where the secret is kept that was made for lack of a given one, once it is in use."""
    return instance / "secret_key"


def keep_secret(instance: Path) -> None:
    """Give the new secret its name, as soon as the database has its tables.

    So a secret of this name beside an empty database says that the database was lost.
    """
    # Of two that start at once, one comes second.
    with suppress(FileNotFoundError):
        _new_secret_file(instance).rename(secret_file(instance))


def _new_secret_file(instance: Path) -> Path:
    return instance / "secret_key.new"


def database_in(instance: Path) -> Path:
    """Where the database is, unless a setting names another."""
    return instance / "wbtest.db"


def _database_url(given: str, instance: Path) -> str:
    url = given or f"sqlite:///{database_in(instance)}"
    # As SQLAlchemy takes it; hosts of PostgreSQL give out either of the two.
    for usual in USUAL:
        if url.startswith(usual):
            url = DATABASES[1] + url.removeprefix(usual)
    is_file = not given or (url.startswith(DATABASES[0]) and _names_a_file(url))
    if not (is_file or _is_postgresql(url)):
        raise BadSetting(
            f"{PREFIX}DATABASE_URL must begin with {DATABASES[0]} or {USUAL[0]} and "
            "name a database."
        )
    return url


def _names_a_file(url: str) -> bool:
    """Whether an address of SQLite is that of a file; only ``file:…`` has a query."""
    name = url.removeprefix(DATABASES[0])
    is_plain = "?" not in name or name.startswith("file:")
    return bool(name.strip("/")) and ":memory:" not in name and is_plain


def _is_postgresql(url: str) -> bool:
    """Whether it is an address of PostgreSQL that can be taken apart."""
    try:
        make_url(url)
    except (ValueError, ArgumentError):
        return False
    return url.startswith(DATABASES[1])


def _can_be_read(url: str) -> bool:
    """Whether the parts of an address can be told apart, its port a number."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _base_url(given: str) -> str:
    # Links are made of it, for pages and mails: so nothing that means something there.
    is_plain = not any(letter.isspace() or letter in "\"'<>\\@?#" for letter in given)
    if is_plain and _can_be_read(given):
        parts = urlsplit(given)
        if parts.scheme in ("http", "https") and parts.hostname and not parts.path.strip("/"):
            return f"{parts.scheme}://{parts.netloc}"
    raise BadSetting(
        f"{PREFIX}BASE_URL must be like https://try.example.com, without a path: {given!r}."
    )


def _mail_url(given: str) -> str:
    if not given:
        return ""
    if _can_be_read(given):
        parts = urlsplit(given)
        if parts.scheme in ("smtp", "smtps") and parts.hostname:
            return given
    raise BadSetting(f"{PREFIX}MAIL_URL must be like smtp://user:password@mail.example.com:587.")


def _mail_from(given: str) -> str:
    if "@" not in parseaddr(given)[1] or "\n" in given or "\r" in given:
        raise BadSetting(f"{PREFIX}MAIL_FROM must be like Larder <hello@example.com>: {given!r}.")
    return given


def _whole(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = given.get(name, "")
    if not text:
        return default
    # Python reads no number of thousands of digits.
    is_short = len(text) <= MOST_DIGITS
    if not (is_short and text.isascii() and text.isdigit() and low <= int(text) <= high):
        shown = text if is_short else f"{text[:MOST_DIGITS]}…"
        raise BadSetting(f"{PREFIX}{name} must be a whole number, {low} to {high}: {shown!r}.")
    return int(text)


def _one_of(given: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = given.get(name) or choices[0]
    if text not in choices:
        raise BadSetting(f"{PREFIX}{name} must be {' or '.join(choices)}: {text!r}.")
    return text
