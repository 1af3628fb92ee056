"""Where to go after the log-in. Pure: the address comes from a link that anybody can make."""

from wbtest.patterns import late_pattern

# A path of ours as browsers read it: they take "\" for "/", and drop tabs and line breaks.
_LOCAL = late_pattern(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def local_path(text: str) -> str:
    """Return ``text`` when it leads to a page of ours, else ``/``.

    >>> local_path("/releases/7?part=faq"), local_path("//e.com"), local_path("https:e.com")
    ('/releases/7?part=faq', '/', '/')
    """
    if not _LOCAL.fullmatch(text) or text.startswith(("/login", "/logout")):
        return "/"
    return text
