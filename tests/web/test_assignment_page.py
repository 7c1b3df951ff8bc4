"""The page of one assignment: what it says, and what can be done first."""

import re

from flask import Flask

from tests.web.test_pages import HEAD, OFFICE, Browser, _first
from tests.web.test_reporting import opened, report_path, sql


def test_an_extension_says_from_which_day_to_which(app: Flask) -> None:
    office = Browser(app.test_client(), OFFICE)
    where = f"/assignments/{_first(app)}"
    page = office.post(f"{where}/extend", at=where, version=1, due_on="2026-12-18", reason="Chờ số liệu")
    assert "Gia hạn lần 1: từ 19/11/2026 đến 18/12/2026" in page


def test_what_is_done_seldom_is_folded_and_opens_with_its_error(app: Flask) -> None:
    office = Browser(app.test_client(), OFFICE)
    where = f"/assignments/{_first(app)}"
    page = office.get(where)
    acts = page.split('<div class="acts">')[1]
    often, seldom = acts.split("<summary>Việc khác</summary>")
    assert "<summary>Đôn đốc</summary>" in often
    for label in ("Giao lại", "Đề nghị phối hợp", "Hủy nhiệm vụ"):
        assert f"<summary>{label}</summary>" in seldom, label
        assert f"<summary>{label}</summary>" not in often, label
    page = office.post(f"{where}/cancel", at=where, status=422, version=1, reason="")
    assert '<details class="act" open><summary>Việc khác</summary>' in page
    assert '<details class="act" open><summary>Hủy nhiệm vụ</summary>' in page


def test_what_the_head_can_do_stands_before_papers_and_sources(app: Flask) -> None:
    page = Browser(app.test_client(), HEAD).get(f"/assignments/{_first(app)}")
    places = [page.index(words) for words in ("Rõ kết quả", "Việc anh/chị có thể làm", "Nguồn trong văn bản")]
    assert places == sorted(places)


def test_each_form_has_its_own_fields(app: Flask) -> None:
    """Those of an action that was not tried are drawn once and kept, with what they say and hold."""
    where = f"/assignments/{_first(app)}"
    head = Browser(app.test_client(), HEAD)
    page = head.get(where)
    note = page.split('<label for="promise_note-promise">')[1].split("</div>")[0]
    assert "(không bắt buộc)" in note
    assert 'rows="2"' in note
    assert "Ví dụ: không đúng chức năng" in page.split('<label for="reason-decline">')[1].split("</div>")[0]
    page = head.post(f"{where}/update", at=where, version=1, signal="on_track", text="Đang làm")
    assert re.search(r'id="done_on-submit"[^>]* value="\d{4}-\d\d-\d\d"', page)
    office = Browser(app.test_client(), OFFICE)
    choice = office.get(where).split('id="lead_unit_id-reassign"')[1].split("</select>")[0]
    assert re.findall(r"selected>([^<]+)<", choice) == ["Phòng Y tế"]
    version = version_in(page)
    page = office.post(f"{where}/extend", at=where, status=422, version=version, due_on="x", reason="Chờ số liệu")
    typed = re.findall(r'id="(reason-\w+)"[^>]*>([^<]*)</textarea>', page)
    assert len(typed) > 2
    assert [name for name, text in typed if text] == ["reason-extend"]


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_undo_is_offered_only_while_it_can_work(app: Flask) -> None:
    head, where = Browser(app.test_client(), HEAD), f"/assignments/{_first(app)}"
    page = head.post(f"{where}/update", at=where, version=1, signal="on_track", text="Đang làm")
    undo = re.search(r'name="update_id" value="(\d+)"', page)
    assert undo is not None
    page = head.post(
        f"{where}/submit", at=where, version=version_in(page), result="Đã làm xong hết việc", done_on="2026-11-02"
    )
    assert "Đã báo cáo hoàn thành" in page
    assert "Hoàn tác" not in page
    page = head.post(f"{where}/undo", at=where, status=422, update_id=undo[1])
    assert "đã chuyển bước khác" in page
    assert "Hoàn tác (" not in page


def test_done_by_the_update_can_be_undone_until_the_office_decides(app: Flask) -> None:
    head, where = Browser(app.test_client(), HEAD), f"/assignments/{_first(app)}"
    page = head.post(f"{where}/update", at=where, version=1, signal="done", text="Đã làm xong")
    assert "Hoàn tác (" in page
    office = Browser(app.test_client(), OFFICE)
    office.post(f"{where}/return", at=where, version=version_in(office.get(where)), reason="Thiếu số liệu")
    assert "Hoàn tác (" not in head.get(where)


def test_a_duty_to_report_is_not_done_by_saying_so(app: Flask) -> None:
    opened(Browser(app.test_client(), OFFICE))
    report = report_path(app)
    one = sql(app, "SELECT assignment_id FROM unit_reports WHERE id = %s", int(report.rsplit("/", 1)[1]))[0][0]
    head = Browser(app.test_client(), HEAD)
    page = head.get(f"/assignments/{one}")
    acts = page.split('<div class="acts">')[1]
    assert f'href="{report}"' in acts
    assert 'value="on_track"' in acts
    assert 'value="done"' not in acts
    assert "Báo cáo hoàn thành" not in acts
    grid = head.get("/my-work/grid")
    assert f'name="signal-{one}" value="blocked"' in grid
    assert f'name="signal-{one}" value="done"' not in grid
    assert 'value="done"' in head.get(f"/assignments/{_first(app)}")
    mine = head.get("/my-work")
    assert f'href="{report}"' in mine
    sql(app, "UPDATE assignments SET state = 'suspended', suspended_from = 'assigned' WHERE id = %s RETURNING id", one)
    mine = head.get("/my-work")
    assert f'href="/assignments/{one}"' in mine
    assert f'href="{report}"' not in mine  # nothing to do there now
