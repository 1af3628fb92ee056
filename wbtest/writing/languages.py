"""The languages a release can be begun in, and which of them run from right to left. Pure."""

from datetime import date

# Code, own name, English name; by own name of what a team is most likely to look for first.
LANGUAGES = (
    ("en", "English", "English"),
    ("de", "Deutsch", "German"),
    ("fr", "Français", "French"),
    ("es", "Español", "Spanish"),
    ("it", "Italiano", "Italian"),
    ("pt", "Português", "Portuguese"),
    ("nl", "Nederlands", "Dutch"),
    ("pl", "Polski", "Polish"),
    ("ar", "العربية", "Arabic"),
    ("bg", "Български", "Bulgarian"),
    ("bn", "বাংলা", "Bengali"),
    ("ca", "Català", "Catalan"),
    ("cs", "Čeština", "Czech"),
    ("da", "Dansk", "Danish"),
    ("el", "Ελληνικά", "Greek"),
    ("et", "Eesti", "Estonian"),
    ("fa", "فارسی", "Persian"),
    ("fi", "Suomi", "Finnish"),
    ("he", "עברית", "Hebrew"),
    ("hi", "हिन्दी", "Hindi"),
    ("hr", "Hrvatski", "Croatian"),
    ("hu", "Magyar", "Hungarian"),
    ("id", "Bahasa Indonesia", "Indonesian"),
    ("ja", "日本語", "Japanese"),
    ("ko", "한국어", "Korean"),
    ("lt", "Lietuvių", "Lithuanian"),
    ("lv", "Latviešu", "Latvian"),
    ("nb", "Norsk bokmål", "Norwegian"),
    ("ro", "Română", "Romanian"),
    ("ru", "Русский", "Russian"),
    ("sk", "Slovenčina", "Slovak"),
    ("sl", "Slovenščina", "Slovenian"),
    ("sr", "Српски", "Serbian"),
    ("sv", "Svenska", "Swedish"),
    ("sw", "Kiswahili", "Swahili"),
    ("th", "ไทย", "Thai"),
    ("tr", "Türkçe", "Turkish"),
    ("uk", "Українська", "Ukrainian"),
    ("ur", "اردو", "Urdu"),
    ("vi", "Tiếng Việt", "Vietnamese"),
    ("zh", "中文", "Chinese"),
)
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur", "yi", "dv", "ps", "sd", "ug", "ckb")


def direction(language: str) -> str:
    """``rtl`` or ``ltr``, the way text of this language runs.

    >>> direction("ar-EG"), direction("en")
    ('rtl', 'ltr')
    """
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def listed(present: str) -> dict[str, str]:
    """Label of each language by its code; ``present`` is among them, whatever it is.

    >>> listed("")["ar"], listed("gsw")["gsw"]
    ('العربية · Arabic', 'gsw')
    """
    labels = {
        code: own if own == english else f"{own} · {english}" for code, own, english in LANGUAGES
    }
    return labels if not present or present in labels else {**labels, present: present}


def long_day(day: str, language: str) -> str:
    """An ISO date as English writes it; for other languages the browser does it from the ISO form.

    >>> long_day("2027-03-01", "en-GB"), long_day("2027-03-01", "ar")
    ('1 March 2027', '2027-03-01')
    """
    if language.split("-")[0].lower() != "en" or not day:
        return day
    found = date.fromisoformat(day)
    return f"{found.day} {found:%B %Y}"
