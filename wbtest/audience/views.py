"""Pages of this area."""

from flask import Blueprint

bp = Blueprint("audience", __name__)
