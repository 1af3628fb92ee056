"""Pages of this area."""

from flask import Blueprint

bp = Blueprint("writing", __name__)
