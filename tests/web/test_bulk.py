"""Many assignments at once in the browser: looked at freely, done once, told of on a page that can be reloaded."""

import re

from flask import Flask
from flask.testing import FlaskClient

from tests.web.test_pages import HEAD, OFFICE, PASSWORD, Browser
from tracker.acting import acting

FORM = {"kind": "extend", "text": "Mưa lũ", "due_on": "01/12/2027"}


def _ids(app: Flask, n: int = 2) -> list[int]:
    with app.app_context(), acting() as ctx:
        sql = "SELECT id FROM assignments WHERE lead_unit_id <> (SELECT id FROM units WHERE code = 'p-ldtbxh')"
        return list(ctx.session.connection().exec_driver_sql(f"{sql} ORDER BY id LIMIT {n}").scalars())


def _count(app: Flask, verb: str) -> int:
    with app.app_context(), acting() as ctx:
        query = "SELECT count(*) FROM audit_events WHERE verb = %s"
        return int(ctx.session.connection().exec_driver_sql(query, (verb,)).scalar_one())


def _form(page: str, action: str) -> dict[str, list[str]]:
    """The hidden fields of the form that goes there."""
    form = re.search(rf'<form[^>]* action="{action}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form is not None
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form[1]):
        found.setdefault(name, []).append(value)
    return found


def _version(app: Flask, id_: int) -> int:
    with app.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        return int(sql("SELECT version FROM assignments WHERE id = %s", (id_,)).scalar_one())


def _client(app: Flask, login: str = OFFICE) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"login": login, "password": PASSWORD})
    return client


def test_done_once_however_often_it_is_sent(app: Flask) -> None:
    client, ids = _client(app), _ids(app)
    page = client.post("/bulk/preview", data={**FORM, "ids": ids}).text
    form = _form(page, "/bulk/apply")
    assert [value.split(":")[0] for value in form["ids"]] == [str(id_) for id_ in ids]
    first = client.post("/bulk/apply", data=form, headers={"Referer": "http://localhost/bulk/preview"})
    second = client.post("/bulk/apply", data=form, headers={"Referer": "http://localhost/bulk/preview"})
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    done = client.get(first.headers["Location"])
    assert done.status_code == 200
    assert "Có thể hoàn tác trong 10 phút" in done.text
    assert (_count(app, "bulk"), _count(app, "extend")) == (1, 2)
    assert _client(app, HEAD).get(first.headers["Location"]).status_code == 404


def test_what_changed_after_the_preview_is_a_conflict(app: Flask) -> None:
    client, ids = _client(app), _ids(app)
    form = _form(client.post("/bulk/preview", data={**FORM, "ids": ids}).text, "/bulk/apply")
    client.post(f"/assignments/{ids[0]}/star", data={"version": _version(app, ids[0])})
    done = client.post("/bulk/apply", data=form, follow_redirects=True).text
    assert "1 nhiệm vụ không xử lý được" in done
    assert "Người khác vừa thay đổi" in done
    assert _count(app, "extend") == 1
    del form["once"]
    form["ids"] = [str(id_) for id_ in ids]  # without what was seen nothing is done
    assert client.post("/bulk/apply", data=form).status_code == 422


def test_looking_uses_nothing_up(app: Flask) -> None:
    """The list, the choice and the preview can be sent again: the browser's reload shows the same page."""
    client, ids = _client(app), _ids(app)
    steps = {"/bulk/": client.get("/assignments").text, "/bulk/preview": client.post("/bulk/", data={"ids": ids}).text}
    for action, page in steps.items():
        form = {**_form(page, action), "ids": ids, **FORM}
        assert "once" not in form
        assert [client.post(action, data=form).status_code for _again in range(2)] == [200, 200]
    back = _form(client.post("/bulk/preview", data={**FORM, "ids": ids}).text, "/bulk/")
    assert "once" not in back
    assert client.post("/bulk/", data=back).status_code == 200
    for path in ("/bulk/", "/bulk/preview", "/bulk/apply"):
        assert client.get(path).status_code == 302


def test_undone_once_and_what_was_not_is_named(app: Flask) -> None:
    client, ids = _client(app), _ids(app, 3)
    form = _form(client.post("/bulk/preview", data={**FORM, "ids": ids}).text, "/bulk/apply")
    where = client.post("/bulk/apply", data=form).headers["Location"]
    client.post(f"/assignments/{ids[0]}/star", data={"version": _version(app, ids[0])})
    undo = f"/bulk/undo/{where.rsplit('/', 1)[1]}"
    page = client.post(undo, data={}, follow_redirects=True).text
    assert "Đã hoàn tác 2 nhiệm vụ" in page
    assert "1 nhiệm vụ không hoàn tác được" in page
    assert undo not in client.get(where).text
    assert client.post(undo, data={}).status_code == 422
    assert (_count(app, "undo_extension"), _count(app, "undo_bulk")) == (2, 1)


def test_pages_are_sound(app: Flask) -> None:
    browser, ids = Browser(app.test_client(), OFFICE), _ids(app)
    browser.post("/bulk/", at="/assignments", ids=ids)
    page = browser.post("/bulk/preview", at="/assignments", ids=ids, **FORM)
    browser.post(
        "/bulk/apply", at="/assignments", **{k: v for k, v in _form(page, "/bulk/apply").items() if k != "csrf_token"}
    )
