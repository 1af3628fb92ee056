"""The pages of what is built: the list held against the approved text, an item, and the files."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.downloads import as_csv, send_file
from wbtest.extensions import clock
from wbtest.moments import read_one_moment
from wbtest.paging import page_of
from wbtest.results.views import bp
from wbtest.results.yardstick import items
from wbtest.results.yardstick.exports import as_markdown, as_rows, drift_phrase
from wbtest.results.yardstick.forms import ItemForm, form_of, new_form
from wbtest.results.yardstick.items import Overtaken
from wbtest.results.yardstick.measure import Measured
from wbtest.results.yardstick.models import ScopeItem
from wbtest.results.yardstick.promises import by_part
from wbtest.results.yardstick.scope import Scope, changes_of, count_changes, find_go, find_scope
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing.models import Release

# Changes on a page; the Markdown file has all.
CHANGES_AT_ONCE = 30
WAYS = {"up": -1, "down": 1}

bp.add_app_template_global(find_scope)


@bp.get("/releases/<int:release_id>/scope")
@access.requires("read")
def scope(release_id: int) -> ResponseReturnValue:
    """What will be built, what of it serves nothing, and which promise has no item."""
    read_one_moment()
    release = access.get(Release, release_id, "read")
    asked = request.args.get("page", 1, type=int)
    page = page_of(count_changes(release), CHANGES_AT_ONCE, asked)
    return render_template(
        "results/yardstick/scope.html",
        release=release,
        scope=find_scope(release),
        go=find_go(release),
        changes=changes_of(release, page),
        shown=page,
        drift_phrase=drift_phrase,
    )


@bp.get("/releases/<int:release_id>/scope.md")
@access.requires("read")
def scope_markdown(release_id: int) -> ResponseReturnValue:
    """The list as Markdown, with its gaps and all changes."""
    found, release = _get_scope(release_id)
    lines = as_markdown(found, find_go(release), changes_of(release))
    return send_file(lines, f"scope-{release.id}-{_today()}.md", "text/markdown")


@bp.get("/releases/<int:release_id>/scope.csv")
@access.requires("read")
def scope_csv(release_id: int) -> ResponseReturnValue:
    """The list as CSV, a row for each item."""
    found, release = _get_scope(release_id)
    return send_file(as_csv(as_rows(found)), f"scope-{release.id}-{_today()}.csv")


@bp.route("/releases/<int:release_id>/scope/new", methods=["GET", "POST"])
@access.requires("edit")
def new_scope_item(release_id: int) -> ResponseReturnValue:
    """Put something on the list; ``?serves=`` ticks a sentence."""
    release = access.get(Release, release_id, "edit")
    form = new_form(request.args.getlist("serves"))
    if request.method == "POST":
        try:
            item = items.add_item(release, access.person(), form.typed())
        except Invalid as refused:
            form[refused.field].errors = [str(refused)]
        else:
            flash("It is on the list.")
            return _to_item(item)
    found = find_scope(release)
    if found is None:
        return redirect(url_for(".scope", release_id=release_id), 303)
    page = _item_page(release, found, form, None)
    return page, 422 if form.errors else 200


@bp.route("/scope-items/<int:item_id>", methods=["GET", "POST"])
@access.requires("edit")
def scope_item(item_id: int) -> ResponseReturnValue:
    """Change what an item says, how far it is, and which sentences it serves."""
    item = access.get(ScopeItem, item_id, "edit")
    found = find_scope(item.release)
    if found is None:
        return redirect(url_for(".scope", release_id=item.release_id), 303)
    form = form_of(_measured(found, item))
    if request.method == "POST":
        try:
            items.change_item(item, access.person(), form.typed(), form.version)
        except Invalid as refused:
            form[refused.field].errors = [str(refused)]
            if isinstance(refused, Overtaken):
                form.read.data = str(item.version)
        else:
            flash("Saved, and noted among the changes.")
            return _to_item(item)
    page = _item_page(item.release, found, form, item)
    return page, 422 if form.errors else 200


@bp.post("/scope-items/<int:item_id>/move")
@access.requires("edit")
def move_scope_item(item_id: int) -> ResponseReturnValue:
    """Let an item change places with its neighbour."""
    item = access.get(ScopeItem, item_id, "edit")
    way = request.form.get("way", "")
    if way not in WAYS:
        abort(400)
    items.move_item(item, access.person(), WAYS[way], request.form.get("place", 0, type=int))
    return _to_item(item)


def _get_scope(release_id: int) -> tuple[Scope, Release]:
    read_one_moment()
    release = access.get(Release, release_id, "read")
    found = find_scope(release)
    if found is None:
        abort(404)
    return found, release


def _measured(scope: Scope, item: ScopeItem) -> Measured:
    return next(each for each in scope.measure.items if each.item.id == item.id)


def _item_page(release: Release, scope: Scope, form: ItemForm, item: ScopeItem | None) -> str:
    measured = _measured(scope, item) if item else None
    return render_template(
        "results/yardstick/item.html",
        release=release,
        scope=scope,
        form=form,
        item=item,
        groups=by_part(scope.sentences),
        gone=measured.gone if measured else (),
    )


def _to_item(item: ScopeItem) -> ResponseReturnValue:
    address = url_for(".scope", release_id=item.release_id, _anchor=f"item-{item.id}")
    return redirect(address, 303)


def _today() -> str:
    return f"{clock.now():%Y%m%d}"
