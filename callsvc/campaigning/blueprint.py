"""The blueprint of all pages of campaigns."""

from flask import Blueprint

blueprint = Blueprint("campaigns", __name__, url_prefix="/console/campaigns")
