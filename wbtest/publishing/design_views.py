"""The design of a draft's page, and a preview of each variant beside the control."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from wtforms import FileField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Optional

from wbtest import web
from wbtest.forms import TypedForm, add_form_error
from wbtest.publishing import (
    corrections,
    display,
    experiments,
    forms,
    images,
    page_design,
    page_settings,
    page_strings,
)
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_design import (
    CORNERS,
    FONTS,
    LARGEST,
    THEMES,
    Look,
    NotALook,
    Picture,
    read_name,
)
from wbtest.publishing.views import FRAMING, bp
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing.languages import direction

OWN = "From the theme"
PICTURES = ("logo", "hero")


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
    logo_file = FileField("Upload a logo")
    hero = RadioField("Picture", validate_choice=False)
    hero_file = FileField("Upload a picture")
    hero_alt = StringField("Picture description")

    def offer(self, pictures: Iterable[Picture]) -> None:
        """Let one of these be the logo and the large picture, or none."""
        choices = {"": "None", **{picture.name: picture.size for picture in pictures}}
        self.logo.choices = self.hero.choices = [*choices.items()]

    def look(self) -> Look:
        """The look as typed; the shade that a button offered takes the colour's place."""
        self.accent.data = self.use.data or self.accent.data or ""
        self.use.data = ""
        names = ("theme", "accent", "font", "corner", "logo", "hero", "hero_alt")
        return Look(**{name: self[name].data or "" for name in names})


def design_form(experiment: Experiment, usual: Mapping[str, str]) -> LookForm:
    """Return the form of a draft's look, with a field for each label that can be changed."""
    fields: dict[str, Any] = {
        name: StringField(label, render_kw={"placeholder": usual[name]})
        for name, label in page_strings.WORDING.items()
    }
    look = page_design.from_json(experiment.look)
    present = {name: getattr(look, name) for name in Look.__dataclass_fields__}
    form: LookForm = type("DesignForm", (LookForm,), fields)(data=present | experiment.wording)
    return form


@bp.route("/experiments/<int:experiment_id>/design", methods=["GET", "POST"])
@access.requires("edit")
def design(experiment_id: int) -> ResponseReturnValue:
    """Theme, brand, pictures and labels of a draft's page."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if experiment.state != "draft":
        raise experiments.Frozen("This test has started, so its design is locked.")
    page = corrections.page_of(experiment)
    usual = page_strings.usual_wording(page.language)
    # Left empty, this place says what the page has to say anyway.
    said = usual | {"again": page_strings.strings_of(replace(page, wording=())).again}
    form, offer = design_form(experiment, said), ""
    if form.validate_on_submit():
        _take_pictures(form)
        if not form.errors:
            try:
                page_settings.change_design(
                    experiment,
                    access.person(),
                    form.look(),
                    {name: form[name].data or "" for name in page_strings.WORDING},
                    read_look=request.form.get("read", ""),
                    read_wording=request.form.get("read_wording", ""),
                )
            except Invalid as error:
                add_form_error(form, error)
                offer = error.offer if isinstance(error, NotALook) else ""
            else:
                flash("Design saved.")
                return redirect(url_for(".design", experiment_id=experiment.id), 303)
    form.offer(images.offered(form.logo.data, form.hero.data))
    shown = render_template(
        "publishing/design.html",
        form=form,
        experiment=experiment,
        offer=offer,
        themes=THEMES,
        fonts=FONTS,
        accent=page_design.palette(page_design.from_json(experiment.look), "light")["accent"],
        label_groups=page_strings.PLACES,
        are_labels_open=any(form[name].errors for name in page_strings.WORDING),
        usual=usual,
        longest=page_strings.longest_wording,
        language=page.language,
        dir=direction(page.language),
        preview_url=display.preview_url(experiment, experiment.variants[0].key),
        read=forms.read_of(form, experiment.look),
        read_wording=forms.read_of(form, experiment.wording, field="read_wording"),
    )
    return shown, 422 if form.errors else 200, FRAMING


# Two pictures can be sent at once, with some room for the rest of the form.
design.longest_body = 2 * LARGEST + web.LONGEST_BODY  # type: ignore[attr-defined]


@bp.get("/experiments/<int:experiment_id>/variants/<key>/preview")
@access.requires("read")
def preview(experiment_id: int, key: str) -> ResponseReturnValue:
    """A variant on a desk and on a phone, beside the control, with what its words change."""
    experiment = access.get(Experiment, experiment_id, "read")
    variant = experiments.find_variant(experiment, key)
    if variant is None:
        abort(404)
    control = experiment.variants[0]
    shown = [control] if variant is control else [control, variant]
    page = corrections.page_of(experiment, variant)
    answer = render_template(
        "publishing/preview.html",
        experiment=experiment,
        variant=variant,
        frames=[(each, display.preview_url(experiment, each.key)) for each in shown],
        differences=display.differences(corrections.page_of(experiment), page),
        language=page.language,
        dir=page.dir,
    )
    return answer, 200, FRAMING


@bp.app_template_global()
def picture_named(name: str) -> Picture | None:
    """The picture of this name, to be shown, or None."""
    return read_name(name)


def _take_pictures(form: LookForm) -> None:
    """Keep the files that were sent, and choose them; what is wrong with one stands at its field.

    They are kept also when something else needs a change: a browser sends no file twice.
    """
    for name in PICTURES:
        field = form[f"{name}_file"]
        if isinstance(field.data, FileStorage) and field.data.filename:
            # A large one lies in a file of its own until it is closed.
            with closing(field.data) as file:
                sent = file.stream.read(LARGEST + 1)
            try:
                image = images.add_image(access.person(), sent, field.name)
            except Invalid as error:
                add_form_error(form, error)
            else:
                form[name].data = images.picture_of(image).name
