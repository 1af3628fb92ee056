"""What tests want of the system beside Python, and the packages that bring it: the only list of it.

`python3 tests/system_packages.py` prints Debian's packages that are missing here, and needs nothing
but Python.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

# Programs of administrators lie there, and plain users have it on no PATH.
ADMINISTRATORS = os.environ.get("ADMINISTRATORS_PATH", "/usr/sbin")


class SystemPackage(NamedTuple):
    """How to see that it is here, and its packages; a manager that has none brings none."""

    is_here: Callable[[], bool]
    debian: tuple[str, ...]
    homebrew: tuple[str, ...] = ()


def has_program(name: str) -> bool:
    """Whether this program is on the PATH, or where administrators have theirs."""
    return find_program(name) is not None


def find_program(name: str) -> str | None:
    """The path of a program, None if it is not installed."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{ADMINISTRATORS}")


def find_chromium() -> str | None:
    """The path of Chromium; the one without windows draws a page at half the cost."""
    return find_program("chromium-headless-shell") or find_program("chromium")


def _has_library(*names: str) -> bool:
    """Whether one of these names, as Linux and macOS call it, is that of a library."""
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def _has_pango() -> bool:
    return _has_library("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib")


def _has_postgresql() -> bool:
    """Whether there is a server to start; Debian keeps it off the PATH."""
    return has_program("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _has_letters(language: str) -> bool:
    """Whether a typeface here has the letters of a language; fontconfig knows."""
    if not has_program("fc-list"):
        return False
    done = subprocess.run(
        ["fc-list", f":lang={language}"], capture_output=True, text=True, check=False
    )
    return bool(done.stdout.strip())


SYSTEM_PACKAGES = {
    "Chromium": SystemPackage(lambda: find_chromium() is not None, ("chromium",), ("chromium",)),
    "PostgreSQL": SystemPackage(_has_postgresql, ("postgresql",)),
    "Pango": SystemPackage(
        _has_pango, ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"), ("pango",)
    ),
    "nginx": SystemPackage(partial(has_program, "nginx"), ("nginx-light",), ("nginx",)),
    "Caddy": SystemPackage(partial(has_program, "caddy"), ("caddy",), ("caddy",)),
    "HAProxy": SystemPackage(partial(has_program, "haproxy"), ("haproxy",), ("haproxy",)),
    "wrk": SystemPackage(partial(has_program, "wrk"), ("wrk",), ("wrk",)),
    "zbarimg": SystemPackage(partial(has_program, "zbarimg"), ("zbar-tools",), ("zbar",)),
    "curl": SystemPackage(partial(has_program, "curl"), ("curl",), ("curl",)),
    "ShellCheck": SystemPackage(
        partial(has_program, "shellcheck"), ("shellcheck",), ("shellcheck",)
    ),
    "systemd": SystemPackage(partial(has_program, "systemd-analyze"), ("systemd",)),
    # The smallest typefaces with these letters, for what pages look like.
    "Arabic letters": SystemPackage(
        partial(_has_letters, "ar"), ("fontconfig", "fonts-dejavu-core")
    ),
    "Japanese letters": SystemPackage(
        partial(_has_letters, "ja"), ("fontconfig", "fonts-motoya-l-cedar")
    ),
}


@cache
def is_here(name: str) -> bool:
    """Whether the system package of SYSTEM_PACKAGES that is called so is installed."""
    return SYSTEM_PACKAGES[name].is_here()


def install_command(names: Collection[str]) -> str:
    """Return the one command that brings these, '' where no package manager is known."""
    packages = [each for name, each in SYSTEM_PACKAGES.items() if name in names]
    if has_program("apt"):
        return _command("sudo apt install", [each.debian for each in packages])
    if has_program("brew"):
        return _command("brew install", [each.homebrew for each in packages])
    return ""


def _command(begin: str, packages: Iterable[tuple[str, ...]]) -> str:
    words = dict.fromkeys(word for each in packages for word in each)
    return " ".join([begin, *words]) if words else ""


def main() -> None:
    missing = [name for name in SYSTEM_PACKAGES if not is_here(name)]
    words = dict.fromkeys(word for name in missing for word in SYSTEM_PACKAGES[name].debian)
    sys.stdout.write(f"{' '.join(words)}\n")


if __name__ == "__main__":
    main()
