"""The way in by the pages, a step at a time."""

from tests.conftest import Browser
from tests.factories import PASSWORD


def type_password(browser: Browser, email: str = "ada@example.com", onward: str = "") -> str:
    """Log in as far as the password goes; return where it leads."""
    path = f"/login?next={onward}" if onward else "/login"
    return browser.send(path, {"email": email, "password": PASSWORD}).location or ""


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200
