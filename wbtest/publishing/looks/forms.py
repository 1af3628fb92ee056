"""The forms about how a page looks and which of the tool's words it says otherwise."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import FileField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Optional

from wbtest.publishing.looks.look import Look
from wbtest.publishing.looks.pictures import Picture
from wbtest.publishing.looks.themes import CORNERS, FONTS, THEMES
from wbtest.publishing.strings import WORDING
from wbtest.typed import TypedForm

OWN = "The theme’s own"
# Where each text stands, for whoever has not seen the page from that side.
PLACES = {
    "On the page": {
        "today": "Over the problem",
        "difference": "Over what people do today",
        "with_product": "Over the solution",
        "why_now": "Over “why now”",
        "questions": "Over the questions",
        "again": "Over the second form",
        "ask": "Where visitors can ask you something",
    },
    "At the form": {
        "your_email": "Label of the e-mail field",
        "your_name": "Label of the name field",
        "optional": "Beside what may stay empty",
        "promise": "What you will write about",
    },
    "At the foot": {
        "cookie": "About the cookie",
        "privacy": "Link to the privacy page",
        "object_link": "Link for those who object",
    },
    "After the sign-up": {
        "thanks": "Thank you",
        "thanks_next": "What happens next",
        "steps_title": "Over your questions",
        "steps_text": "Under that heading",
        "steps_done": "When they are answered",
        "asked": "When somebody asked something",
        "back": "Link back to the page",
    },
    "When the page rests or is over": {
        "paused": "It rests",
        "paused_text": "It rests, in more words",
        "ended": "It is over",
        "ended_text": "It is over, in more words",
    },
}


class LookForm(TypedForm):
    """Theme, brand and pictures. ``use`` is the shade that a button offers for the typed one."""

    theme = RadioField("Theme", choices={key: theme.name for key, theme in THEMES.items()})
    accent = StringField("Accent colour", [Optional()])
    use = HiddenField()
    font = SelectField("Font", choices={"": OWN, **{key: font.name for key, font in FONTS.items()}})
    corner = RadioField(
        "Corners", choices={"": OWN, **{key: corner.name for key, corner in CORNERS.items()}}
    )
    logo = RadioField("Logo", validate_choice=False)
    logo_file = FileField("Send a logo")
    hero = RadioField("Large picture", validate_choice=False)
    hero_file = FileField("Send a picture")
    hero_alt = StringField("What the picture shows")

    def offer(self, pictures: Iterable[Picture]) -> None:
        """Let one of these be the logo and the large picture, or none."""
        choices = {"": "None", **{picture.name: _told(picture) for picture in pictures}}
        self.logo.choices = self.hero.choices = [*choices.items()]

    def look(self) -> Look:
        """The look as typed; the shade that a button offered takes the colour's place."""
        self.accent.data = self.use.data or self.accent.data or ""
        self.use.data = ""
        names = ("theme", "accent", "font", "corner", "logo", "hero", "hero_alt")
        return Look(**{name: self[name].data or "" for name in names})


def picture_choices(pictures: Iterable[Picture]) -> list[tuple[str, str]]:
    """Return what a variant can show: the page's picture, none, or another."""
    first = [("", "As on the page"), ("none", "None")]
    return first + [(picture.name, _told(picture)) for picture in pictures]


def words_form(usual: Mapping[str, str], present: Mapping[str, str]) -> TypedForm:
    """Return a form with a field for each of the tool's words that can be changed."""
    labels = {name: label for texts in PLACES.values() for name, label in texts.items()}
    fields: dict[str, Any] = {
        name: StringField(labels[name], render_kw={"placeholder": usual[name]}) for name in WORDING
    }
    form: TypedForm = type("WordsForm", (TypedForm,), fields)(data=dict(present))
    return form


def _told(picture: Picture) -> str:
    return f"{picture.width} × {picture.height}"
