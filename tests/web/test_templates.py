"""How Jinja is set up."""

from flask import Flask


def test_templates_share_what_all_of_them_know(app: Flask) -> None:
    """Else every import compares all names through a chain of dicts."""
    assert app.jinja_env.get_template("base.html").globals is app.jinja_env.globals


def test_one_that_is_given_globals_keeps_them_to_itself(app: Flask) -> None:
    assert app.jinja_env.from_string("{{ ours }}", globals={"ours": "x"}).render() == "x"
    assert "ours" not in app.jinja_env.globals
