"""The design of a draft's page, and a preview of each variant beside the control."""

import random
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

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
    LARGEST,
    LAYOUTS,
    MOST_SALT,
    PALETTES,
    PHOTO_SIDE,
    PICTURES,
    Look,
    NotALook,
    Picture,
    read_name,
)
from wbtest.publishing.typefaces import FAMILIES
from wbtest.publishing.views import FRAMING, bp
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing.languages import direction

LOOK_FIELDS = tuple(Look.__dataclass_fields__)


def names_of(choices: Mapping[str, Any]) -> dict[str, str]:
    """Return what each of the choices is called, by its key."""
    return {key: each.name for key, each in choices.items()}


class LookForm(TypedForm):
    """Layout, palette, typeface, corners, a brand, and pictures.

    What can't be is said by ``page_settings.faults_of_design``, all of it at once.
    ``use`` is the shade that a button offers for the typed one, ``shuffle`` the salt of another
    mosaic.
    """

    layout = RadioField("Layout", choices=names_of(LAYOUTS), validate_choice=False)
    palette = RadioField("Palette", choices=names_of(PALETTES), validate_choice=False)
    accent = StringField("Accent colour", [Optional()])
    use = HiddenField()
    family = SelectField(
        "Typeface",
        choices={"": "The layout’s"} | names_of(FAMILIES),
        validate_choice=False,
    )
    corner = RadioField("Corners", choices=names_of(CORNERS), validate_choice=False)
    salt = HiddenField()
    shuffle = HiddenField()
    logo = RadioField("Logo", validate_choice=False)
    logo_file = FileField("Upload a logo")
    hero = RadioField("Picture", validate_choice=False)
    hero_file = FileField("Upload a picture")
    hero_alt = StringField("Picture description")
    photo = RadioField("Founder’s photo", validate_choice=False)
    photo_file = FileField("Upload a photo")

    def offer(self, pictures: Iterable[Picture]) -> None:
        """Let one of these be the logo, the large picture and the founder's photo, or none."""
        choices = {"": "None", **{picture.name: picture.size for picture in pictures}}
        for name in PICTURES:
            self[name].choices = [*choices.items()]

    def look(self) -> Look:
        """The look as typed; the shade that a button offered takes the colour's place."""
        self.accent.data = self.use.data or self.accent.data or ""
        self.use.data = ""
        return Look(**{name: self[name].data or "" for name in LOOK_FIELDS})


def design_form(experiment: Experiment, usual: Mapping[str, str]) -> LookForm:
    """Return the form of a draft's look, with a field for each label that can be changed."""
    fields: dict[str, Any] = {
        name: StringField(label, render_kw={"placeholder": usual[name]})
        for name, label in page_strings.WORDING.items()
    }
    look = page_design.from_json(experiment.look)
    present = {name: getattr(look, name) for name in LOOK_FIELDS}
    form: LookForm = type("DesignForm", (LookForm,), fields)(data=present | experiment.wording)
    return form


@bp.route("/experiments/<int:experiment_id>/design", methods=["GET", "POST"])
@access.requires("edit")
def design(experiment_id: int) -> ResponseReturnValue:
    """Layout, palette, typeface, pictures and labels of a draft's page."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if experiment.state != "draft":
        raise experiments.Frozen(
            "This test has started, so its design is locked. "
            "Correct typos on the test’s own page, or duplicate it and design the copy."
        )
    page = corrections.page_of(experiment)
    usual = page_strings.usual_wording(page.language)
    # Left empty, this place says what the page has to say anyway.
    said = usual | {"again": page_strings.strings_of(replace(page, wording=())).again}
    form, offer = design_form(experiment, said), ""
    if form.validate_on_submit():
        _take_pictures(form)
        if form.shuffle.data:
            form.salt.data = form.shuffle.data
        else:
            offer = _save(form, experiment)
            if not form.errors:
                flash("Design saved.")
                return redirect(url_for(".design", experiment_id=experiment.id), 303)
    form.offer(images.offered(*(form[name].data for name in PICTURES)))
    shown = render_template(
        "publishing/design.html",
        form=form,
        experiment=experiment,
        offer=offer,
        layouts=LAYOUTS,
        palettes=PALETTES,
        accent=page_design.palette(form.look(), "light")["accent"],
        next_salt=random.randint(1, MOST_SALT),  # noqa: S311 - only a picture
        label_groups=page_strings.PLACES,
        are_labels_open=any(form[name].errors for name in page_strings.WORDING),
        usual=usual,
        longest=page_strings.longest_wording,
        language=page.language,
        dir=direction(page.language),
        preview_url=_preview_url(experiment, form),
        read=forms.read_of(form, experiment.look),
        read_wording=forms.read_of(form, experiment.wording, field="read_wording"),
    )
    return shown, 422 if form.errors else 200, FRAMING


def _save(form: LookForm, experiment: Experiment) -> str:
    """Keep the design of a form in which nothing is wrong; all that is stands at its field.

    Returns the shade to offer for an accent that can't be read, or ''.
    """
    look = form.look()
    wording = {name: form[name].data or "" for name in page_strings.WORDING}
    faults = page_settings.faults_of_design(experiment, look, wording)
    for fault in faults:
        add_form_error(form, fault)
    if not form.errors:
        try:
            page_settings.change_design(
                experiment,
                access.person(),
                look,
                wording,
                read_look=request.form.get("read", ""),
                read_wording=request.form.get("read_wording", ""),
            )
        except Invalid as error:
            add_form_error(form, error)
    return next((each.offer for each in faults if isinstance(each, NotALook) and each.offer), "")


def _preview_url(experiment: Experiment, form: LookForm) -> str:
    """The preview with the look as it is in the form, '' while nobody has approved the text."""
    url = display.preview_url(experiment, experiment.variants[0].key)
    return (
        f"{url}&{urlencode({name: form[name].data or '' for name in LOOK_FIELDS})}" if url else ""
    )


# A logo, a picture and a photo may be sent at once, each as large as it may be.
design.longest_body = len(PICTURES) * LARGEST + web.LONGEST_BODY  # type: ignore[attr-defined]


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
                side = PHOTO_SIDE if name == "photo" else None
                image = images.add_image(access.person(), sent, field.name, side)
            except Invalid as error:
                add_form_error(form, error)
            else:
                form[name].data = images.picture_of(image).name
