"""Pages of this area."""

from flask import Blueprint

bp = Blueprint("team", __name__)
