"""The description of the API: as a document for programs, and as a page for people."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from wbtest.api.calling import bp
from wbtest.api.openapi import as_json, document
from wbtest.team import access

# A page of ours, with our cookies and our error pages.
docs_bp = Blueprint("api_docs", __name__)


@bp.get("/openapi.json")
@access.public
def openapi() -> ResponseReturnValue:
    """The API as OpenAPI 3.1."""
    return Response(as_json(), mimetype="application/json")


@docs_bp.get("/api/docs")
@access.public
def docs() -> ResponseReturnValue:
    """The same, to read."""
    return render_template("api/docs.html", api=document())
