"""Pages of this area."""

from flask import Blueprint

bp = Blueprint("publishing", __name__)
