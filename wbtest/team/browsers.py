"""What a browser says it is, in a few words: for a list of devices, and nothing else. Pure.

Whoever logs in looks for the device that is not theirs; for that the maker and the system will do.
"""

# The first that is found: each says that it is like the ones behind it.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def in_words(agent: str) -> str:
    """Return browser and system of a user agent.

    >>> in_words("Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0")
    'Firefox on Linux'
    >>> in_words("curl/8.5.0"), in_words("Dalvik/2.1.0 (Linux; U; Android 14)")
    ('an unknown program', 'a browser on Android')
    """
    browser = _first(_BROWSERS, agent)
    system = _first(_SYSTEMS, agent)
    if system:
        return f"{browser or 'a browser'} on {system}"
    return browser or "an unknown program"


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((words for mark, words in known if mark in agent), "")
