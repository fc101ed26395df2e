"""Forms say what is wrong in the reader's language and show again what was typed, but never a secret."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

import pytest
from flask import Flask, render_template_string
from pydantic import BaseModel, Field, SecretStr, field_validator
from werkzeug.datastructures import MultiDict

from callsvc.core.errors import Invalid
from callsvc.language import register_languages
from callsvc.web import csrf
from callsvc.web.forms import WHOLE, blank_form, read_form, require_typed
from callsvc.web.kit import register_kit
from callsvc.web.texts import gettext


class NewAgent(BaseModel):
    email: str = Field(min_length=3, max_length=40)
    role: Literal["agent", "supervisor"] = "agent"
    regions: list[str] = Field(min_length=1)
    since: date | None = None
    desks: int = Field(1, ge=1, le=9)
    password: SecretStr
    told: bool = False

    @field_validator("email")
    @classmethod
    def _has_a_sign(cls, value: str) -> str:
        if "@" not in value:
            raise ValueError(gettext("This choice does not exist."))
        return value


GOOD = (
    ("email", " a@example.org "),
    ("regions", "44"),
    ("regions", "11"),
    ("password", " s "),
    ("since", ""),
)

PAGE = """
{% from "_kit/form.html" import token, summary, text, password, checkboxes, date, select, checkbox %}
{{ token() }}{{ summary(form, {"email": "E-mail", "regions": "Regions"}) }}
{{ text(form, "email", "E-mail", hint="Work", required=true) }}{{ password(form, "password", "Password") }}
{{ checkboxes(form, "regions", "Regions", (("44", "Grand Est"), ("11", "Paris"))) }}
{{ select(form, "role", "Role", (("agent", "Agent"), ("supervisor", "Chief"))) }}
{{ date(form, "since", "Since") }}
{{ checkbox(form, "told", "Told") }}
"""


@pytest.fixture
def french() -> Iterator[None]:
    app = Flask("callsvc")
    app.secret_key = "test"
    csrf.init_app(app)
    register_languages(app)
    register_kit(app, zones=dict)
    with app.test_request_context("/console/", headers={"Accept-Language": "fr"}):
        yield


@pytest.mark.usefixtures("french")
class TestForms:
    def test_a_good_form_becomes_the_model(self) -> None:
        form = read_form(NewAgent, MultiDict(GOOD))
        assert form.errors == {}
        assert form.data is not None
        assert (form.data.email, form.data.regions, form.data.since) == ("a@example.org", ["44", "11"], None)
        assert form.data.password.get_secret_value() == " s "

    def test_each_field_says_what_is_wrong_with_it(self) -> None:
        sent = {"email": "nobody", "role": "king", "since": "16/11/2020", "desks": "12"}
        form = read_form(NewAgent, MultiDict(sent))
        assert form.data is None
        assert form.errors == {
            "email": "Ce choix n’existe pas.",  # the model's own sentence
            "role": "Ce choix n’existe pas.",
            "regions": "Ce champ est obligatoire.",
            "since": "Indiquez un jour, par exemple 2020-11-16.",
            "desks": "La valeur ne peut pas dépasser 9.",
            "password": "Ce champ est obligatoire.",
        }
        assert form.values["since"] == "16/11/2020"

    @pytest.mark.parametrize(
        ("desks", "said"), [("x", "Indiquez un nombre."), ("0", "La valeur doit être d’au moins 1.")]
    )
    def test_numbers_say_what_they_may_be(self, desks: str, said: str) -> None:
        assert read_form(NewAgent, MultiDict((*GOOD, ("desks", desks)))).errors == {"desks": said}

    def test_only_the_fields_of_the_model_are_read(self) -> None:
        form = read_form(NewAgent, MultiDict((*GOOD, ("csrf_token", "t"), ("administrator", "1"))))
        assert form.data is not None
        assert "administrator" not in form.values

    def test_the_use_case_may_refuse_what_the_model_accepts(self) -> None:
        form = read_form(NewAgent, MultiDict(GOOD))
        form.refuse(WHOLE, "Complet.")
        assert form.data is None
        assert form.errors == {"": "Complet."}

    def test_the_page_ties_each_error_to_its_field_and_fills_in_everything_but_secrets(self) -> None:
        form = read_form(NewAgent, MultiDict({"email": "<b>", "password": "hunter2", "role": "supervisor"}))
        page = render_template_string(PAGE, form=form)
        assert 'role="alert" tabindex="-1" autofocus' in page
        assert '<a href="#field-email">E-mail</a>' in page
        assert 'aria-describedby="field-email-hint field-email-error"' in page
        assert 'id="field-email-error"' in page
        assert 'value="&lt;b&gt;"' in page
        assert 'value="supervisor" selected' in page
        assert 'aria-describedby="field-regions-error"' in page
        assert "hunter2" not in page
        assert "(facultatif)" in page

    def test_a_blank_form_shows_what_it_begins_with_and_no_error(self) -> None:
        page = render_template_string(PAGE, form=blank_form({"regions": ["11"], "told": True}))
        assert 'value="11" checked' in page
        assert 'value="1" id="field-told" name="told" checked' in page
        assert "aria-invalid" not in page
        assert 'role="alert"' not in page

    def test_a_typed_confirmation_is_checked_by_the_server_too(self) -> None:
        require_typed(MultiDict({"typed": " tracing "}), "tracing")
        with pytest.raises(Invalid, match="not-confirmed"):
            require_typed(MultiDict({"typed": "Tracing"}), "tracing")
