"""The blueprint of all pages of people."""

from flask import Blueprint

from callsvc.people.words import said

blueprint = Blueprint("people", __name__, url_prefix="/console/people")
blueprint.add_app_template_global(said, "said")
