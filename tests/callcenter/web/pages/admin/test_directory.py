"""The directory's pages."""

from typing import Any


def test_a_refused_form_of_the_directory_keeps_what_was_typed(web: Any) -> None:
    csrf = {"csrf": web.headers["X-CSRF-Token"], "scope": "46"}
    forms = {
        "referent": {"partner": "caf", "desk": "Référents du Lot", "phone": "12", "hours": "9 h-12 h"},
        "partner": {"code": "É", "name": "Espace Info Énergie", "since": "2030-01-01"},
        "procedure": {"code": "É", "named-fr": "Relire un bail", "named-en": "Read a lease", "topic": "logement"},
    }
    for form, typed in forms.items():
        refused = web.post(f"/admin/directory/{form}", data=csrf | typed)
        assert refused.status_code == 422, form
        for name, value in typed.items():
            kept = f'<option value="{value}" selected>' if name in ("partner", "topic") else f'value="{value}"'
            assert kept in refused.text, (form, name)


def test_a_page_that_refuses_a_choice_shows_what_was_typed_in_its_field_alone(web: Any) -> None:
    typed = {"scope": "46", "was": "3", "keys": "3", "label-fr": "<script>zq7x", "csrf": web.headers["X-CSRF-Token"]}
    page = web.post("/admin/directory/topic", data=typed)
    assert page.status_code == 422
    assert page.text.count("zq7x") == 1
    assert 'value="&lt;script&gt;zq7x"' in page.text
    assert "<title>Impôts" in page.text.partition("</title>")[0]
