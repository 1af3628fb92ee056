"""Settings: good ones are read, bad ones are refused with the sentence that fixes them."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from wbtest.config import KNOWN, BadSetting, Settings, from_environment, keep_secret

GOOD_SECRET = "k3Jx-9fQ_2mZ7vB1nC4dE6gH8iL0oP5r"
NOBODY = 65534


@contextmanager
def as_nobody_special(folder: Path) -> Iterator[None]:
    """Let go of root's rights, which open any file; who has none stays who they are."""
    was = os.geteuid()
    if was == 0:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)


def read(folder: Path, **given: str) -> Settings:
    environ = {f"WBTEST_{name}": value for name, value in given.items()}
    return from_environment({"WBTEST_INSTANCE": str(folder), "PATH": "/bin", **environ})


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = read(tmp_path / "new" / "instance")

    assert settings.instance == tmp_path / "new" / "instance"
    assert settings.database_file == settings.instance / "wbtest.db"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert not settings.is_https
    assert settings.trusted_proxies == 0
    assert 1 <= settings.workers <= 4


def test_the_instance_is_beside_us_when_nothing_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert from_environment({}).instance == tmp_path / "instance"


def test_a_secret_is_made_once_and_for_this_account_alone(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key.new").stat().st_mode) == 0o600


def test_a_secret_that_is_in_use_has_a_name_of_its_own(tmp_path: Path) -> None:
    made = read(tmp_path)
    keep_secret(tmp_path)
    # Another process that started with this one.
    keep_secret(tmp_path)

    kept = read(tmp_path)

    assert (made.is_secret_new, kept.is_secret_new) == (True, False)
    assert kept.secret_key == made.secret_key
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_secret_that_was_cut_off_at_the_first_start_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "secret_key.new").write_text("cut")

    assert len(read(tmp_path).secret_key) >= 32
    assert read(tmp_path).secret_key == read(tmp_path).secret_key


def test_a_given_secret_is_used_and_none_is_written(tmp_path: Path) -> None:
    assert read(tmp_path, SECRET_KEY=GOOD_SECRET).secret_key == GOOD_SECRET
    assert list(tmp_path.iterdir()) == []


def test_a_secret_in_letters_of_any_kind_stays_what_it_is(tmp_path: Path) -> None:
    secret = "ein geheimer Satz mit Übermut und Öl, lang genug"
    (tmp_path / "secret_key").write_text(secret, encoding="utf-8")

    assert read(tmp_path).secret_key == secret


def test_a_secret_file_of_another_account_is_named() -> None:
    # A folder that others may reach, as those of the tests may not be.
    with TemporaryDirectory() as name, as_nobody_special(folder := Path(name)):
        (folder / "secret_key").touch(mode=0o000)

        with pytest.raises(BadSetting, match="Give the file to the account that runs wbtest"):
            read(folder)


@pytest.mark.parametrize("there", [b"short", b"\xff" * 40])
def test_a_damaged_secret_file_is_not_used(tmp_path: Path, there: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(there)

    with pytest.raises(BadSetting, match=r"damaged\. Restore the copy"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("SECRET_KEY", "", "too easy to guess"),
        ("SECRET_KEY", "short", "too easy to guess"),
        ("SECRET_KEY", "a" * 40, "too easy to guess"),
        ("DATABASE_URL", "mysql://localhost/x", "must begin with sqlite:///"),
        ("DATABASE_URL", "sqlite:///", "name a database"),
        ("BASE_URL", "try.example.com", "must be like https://try.example.com"),
        ("BASE_URL", "ftp://try.example.com", "must be like https://try.example.com"),
        ("BASE_URL", "https://try.example.com/app", "without a path"),
        ("BASE_URL", "https://try.example.com?a=1", "without a path"),
        ("BASE_URL", "https://me:word@try.example.com", "must be like https://try.example.com"),
        ("BASE_URL", "https://try.example.com:abc", "must be like https://try.example.com"),
        ("BASE_URL", "https://try.exam ple.com", "must be like https://try.example.com"),
        ("BASE_URL", "http://[::1", "must be like https://try.example.com"),
        ("DATABASE_URL", "sqlite:///:memory:", "name a database"),
        ("DATABASE_URL", "sqlite:////x.db?mode=ro", "name a database"),
        ("DATABASE_URL", "sqlite:///file::memory:?uri=true", "name a database"),
        ("DATABASE_URL", "postgresql://h:bad/x", "name a database"),
        ("MAIL_URL", "smtp://[::1", "must be like smtp://"),
        ("MAIL_URL", "smtp://mail.example.com:abc", "must be like smtp://"),
        ("TRUSTED_PROXIES", "1" * 5000, "a whole number, 0 to 10: '11111111111111111111…'"),
        ("TRUSTED_PROXIES", "-1", "a whole number, 0 to 10"),
        ("TRUSTED_PROXIES", "eleven", "a whole number, 0 to 10"),
        ("TRUSTED_PROXIES", "²", "a whole number, 0 to 10"),
        ("MAIL_URL", "mail.example.com", "must be like smtp://"),
        ("MAIL_URL", "http://mail.example.com", "must be like smtp://"),
        ("MAIL_URL", "smtp://", "must be like smtp://"),
        ("MAIL_FROM", "nobody", "must be like Larder"),
        ("MAIL_FROM", "a@b.c\r\nBcc: d@e.f", "must be like Larder"),
        ("WORKERS", "0", "a whole number, 1 to 64"),
        ("WORKERS", "65", "a whole number, 1 to 64"),
        ("WORKERS", "1.5", "a whole number, 1 to 64"),
        ("RETENTION_DAYS", "761", "a whole number, 1 to 760"),
        ("LOG_FORMAT", "xml", "must be text or json"),
        ("WORKER", "2", "WBTEST_WORKER is not a setting"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_the_fix(
    tmp_path: Path, name: str, value: str, fix: str
) -> None:
    with pytest.raises(BadSetting) as refused:
        read(tmp_path, **{name: value})

    assert f"WBTEST_{name}" in str(refused.value)
    assert fix in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(BadSetting, match=r"WBTEST_INSTANCE: cannot make .*Choose a folder"):
        read(tmp_path / "file" / "instance")


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://me@db/wb", "postgresql+psycopg://me@db/wb"),
        ("postgres://me@db/wb", "postgresql+psycopg://me@db/wb"),
        ("postgresql+psycopg://me@db/wb", "postgresql+psycopg://me@db/wb"),
        ("sqlite:////srv/wb.db", "sqlite:////srv/wb.db"),
    ],
)
def test_both_databases_are_known(tmp_path: Path, given: str, used: str) -> None:
    settings = read(tmp_path, DATABASE_URL=given)

    assert settings.database_url == used
    assert settings.is_sqlite == used.startswith("sqlite")


def test_postgresql_has_no_file(tmp_path: Path) -> None:
    assert read(tmp_path, DATABASE_URL="postgresql://db/wb").database_file is None


def test_a_slash_at_the_end_of_the_address_is_dropped(tmp_path: Path) -> None:
    settings = read(tmp_path, BASE_URL="https://try.example.com/")

    assert settings.base_url == "https://try.example.com"
    assert settings.is_https


def test_every_setting_is_explained() -> None:
    assert all(text for text in KNOWN.values())
    # Nobody sets whether the secret was made just now.
    assert {name.lower() for name in KNOWN} == set(Settings.__dataclass_fields__) - {
        "is_secret_new"
    }
