"""/api: only with a good key, only what was issued or accepted, small counts never."""

import csv
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.helpers.filing import HEAD, OFFICE
from tests.web.test_edition import _build, _write_all, cycle_id  # noqa: F401  (a fixture)
from tests.web.test_pages import Browse, browse  # noqa: F401  (a fixture)
from tracker.acting import acting

FIGURES = """
    INSERT INTO figures (measure_id, unit_id, unit_name, period, round, numerator, denominator, value, source,
        reported_at, reported_by_id, accepted_at, accepted_by_id)
    SELECT m.id, u.id, u.name, '2026', 1, n.numerator, 400, n.numerator / 4.0, '=HYPERLINK(1)', now(), p.id,
        CASE WHEN n.accepted THEN now() END, CASE WHEN n.accepted THEN p.id END
    FROM (VALUES ('xa-cao-xa', 3::numeric, true), ('xa-an-duong', 40, true), ('xa-dai-hoa', 300, true),
        ('xa-hop-duc', 9, false)) AS n (code, numerator, accepted)
    JOIN units AS u ON u.code = n.code
    CROSS JOIN (SELECT id FROM measures WHERE per = 100 ORDER BY id LIMIT 1) AS m
    CROSS JOIN (SELECT id FROM users ORDER BY id LIMIT 1) AS p
"""


class Api:
    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client, self.key = client, key

    def get(self, path: str, status: int = 200) -> TestResponse:
        answer = self.client.get(path, headers={"Authorization": f"Bearer {self.key}"})
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        return answer

    def rows(self, path: str) -> list[dict[str, str]]:
        text = self.get(path).text
        assert text.startswith("\ufeff")
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def make_key(office: object, name: str = "Sở, phần mềm tổng hợp") -> str:
    page = office.post("/api-keys/", at="/api-keys/", programme=1, name=name)  # type: ignore[attr-defined]
    found = re.search(r'value="(gv_[\w-]+)"', page)
    assert found is not None
    return found[1]


@pytest.fixture
def key(browse: Browse) -> str:  # noqa: F811
    return make_key(browse(OFFICE))


@pytest.fixture
def api(app: Flask, key: str) -> Api:
    return Api(app.test_client(), key)


def test_without_a_good_key_nothing_is_told(app: Flask, api: Api) -> None:
    paths = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    assert len(paths) == 6
    for rule in paths:
        path = re.sub(r"<int:\w+>", "1", rule)
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path)
        for said in ("", "Bearer gv_x", f"Basic {api.key}", f"Bearer {api.key}x", "Bearer " + "x" * 10_000):
            answer = api.client.get(path, headers={"Authorization": said} if said else {})
            assert answer.status_code == 401, path
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert "error" in answer.get_json()
    assert api.get("/api/").get_json()["version"] == 1
    assert "error" in api.get("/api/nothing", 404).get_json()
    host = {"Authorization": f"Bearer {api.key}", "Host": "evil.example"}
    assert "evil.example" not in api.client.get("/api/", headers=host).text
    assert api.client.post("/api/editions", headers={"Authorization": f"Bearer {api.key}"}).status_code in (400, 405)


def test_a_key_is_shown_once_and_kept_as_a_hash(app: Flask, browse: Browse, key: str) -> None:  # noqa: F811
    page = browse(OFFICE).get("/api-keys/")
    assert key not in page
    assert "chưa dùng" in page
    with app.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        assert key not in str(sql("SELECT * FROM api_tokens").all())
        assert key not in str(sql("SELECT * FROM audit_events").all())
    browse(HEAD).get("/api-keys/", 403)


def test_revoked_it_opens_nothing(app: Flask, browse: Browse, api: Api) -> None:  # noqa: F811
    other = Api(app.test_client(), make_key(browse(OFFICE), "Tỉnh"))
    api.get("/api/editions")
    office = browse(OFFICE)
    page = office.get("/api-keys/")
    assert "chưa dùng" in page  # the other one
    ids = sorted(int(one) for one in re.findall(r"/api-keys/(\d+)/revoke", page))
    browse(HEAD).post(f"/api-keys/{ids[0]}/revoke", at="/my-work", status=403)
    assert "đã thu hồi" in office.post(f"/api-keys/{ids[0]}/revoke", at="/api-keys/")
    office.post("/api-keys/999/revoke", at="/api-keys/", status=404)
    api.get("/api/editions", 401)
    other.get("/api/editions")


def test_bad_names(browse: Browse) -> None:  # noqa: F811
    office = browse(OFFICE)
    assert "Hãy ghi mã này cấp cho ai" in office.post("/api-keys/", at="/api-keys/", status=422, programme=1, name=" ")
    office.post("/api-keys/", at="/api-keys/", status=422, programme=1, name="x" * 121)
    office.post("/api-keys/", at="/api-keys/", status=404, programme=99, name="x")


def test_figures_are_accepted_and_masked(app: Flask, api: Api) -> None:
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(FIGURES)
    found = api.get("/api/figures.json?period=2026").get_json()
    by_unit = {one["unit_code"]: one for one in found["figures"]}
    assert set(by_unit) == {"xa-cao-xa", "xa-an-duong", "xa-dai-hoa"}  # not the one that nobody accepted
    small = by_unit["xa-cao-xa"]
    assert (small["numerator"], small["denominator"], small["value"]) == ("< 5", 400, "*")
    # The next smallest too, or the sum of all would tell.
    assert (by_unit["xa-an-duong"]["numerator"], by_unit["xa-an-duong"]["value"]) == ("*", "*")
    assert (by_unit["xa-dai-hoa"]["numerator"], by_unit["xa-dai-hoa"]["value"]) == (300, 75)
    rows = api.rows("/api/figures.csv?period=2026")
    assert [row["numerator"] for row in rows] == ["*", "< 5", "300"] or {"< 5", "*", "300"} == {
        row["numerator"] for row in rows
    }
    assert {row["source"] for row in rows} == {"'=HYPERLINK(1)"}
    assert api.get("/api/figures.json?period=2025").get_json()["figures"] == []
    for wrong in ("", "once", "2026-13", "x", "9999"):
        assert "error" in api.get(f"/api/figures.json?period={wrong}", 422).get_json()


def test_only_what_was_issued(app: Flask, browse: Browse, api: Api, cycle_id: int) -> None:  # noqa: F811
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(FIGURES)
    office = browse(OFFICE)
    _write_all(office, cycle_id)
    office.post("/reports/", at=f"/reports/cycles/{cycle_id}", cycle=cycle_id, recipient="agency")
    _build(app)
    assert api.get("/api/editions").get_json() == {"editions": []}
    for path in ("/api/editions/1", "/api/editions/1.docx", "/api/editions/1/measures.csv"):
        api.get(path, 404)
    with app.app_context(), acting() as ctx:
        day = ctx.today.isoformat()
    office.post("/reports/1/issue", at="/reports/1", number="7", day=day, incomplete="1")
    _build(app)
    (facts,) = api.get("/api/editions").get_json()["editions"]
    assert (facts["number"], facts["issued_on"], facts["recipient"]) == ("07/BC-LĐTBXH", day, "agency")
    one = api.get("/api/editions/1").get_json()
    assert len(one["measures"]) == 35
    assert one["assignments"]["total"] > 100
    assert "Phòng Tư pháp" in one["missing"]
    assert {"key": "highlights", "title": "Kết quả nổi bật", "text": "Nội dung của highlights.", "sources": []} in one[
        "sections"
    ]
    units = api.rows("/api/editions/1/units.csv")
    assert {row["numerator"] for row in units} == {"< 5", "*", "300"}
    assert len(api.rows("/api/editions/1/measures.csv")) == 35
    assert len(api.rows("/api/editions/1/assignments.csv")) == one["assignments"]["total"]
    same = office.client.get("/reports/1.docx").data
    assert api.get("/api/editions/1.docx").data == same
    assert api.get("/api/editions/1.pdf").data.startswith(b"%PDF")
    # Nothing small is in any file that leaves the house.
    assert b"0.75" not in api.get("/api/editions/1").data.partition(b'"measures"')[2].partition(b'"sections"')[0]
