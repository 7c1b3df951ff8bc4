"""Indicators on their pages: red first, every number opens its rows, forms that come back full, small cells masked."""

import re

import pytest
from flask import Flask

from tests.web.test_pages import AUDITOR, HEAD, LEADER, OFFICE, Browse, Browser, browse
from tests.web.test_queries import asked
from tracker.acting import acting
from tracker.models.programme import Programme
from tracker.services.demo_figures import fill_figures

__all__ = ["browse"]

COMMUNE, POLICE = "truong.xa-cao-xa", "truong.congan"


@pytest.fixture
def filled(app: Flask) -> dict[str, int]:
    """The sample figures; the ids that the tests speak of."""
    with app.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        posts = sql("SELECT unit_id, role, user_id FROM posts").all()
        from_posts: dict[int, dict[object, object]] = {}
        for unit_id, role, user_id in posts:
            from_posts.setdefault(unit_id, {})[role] = type("Person", (), {"id": user_id})
        fill_figures(ctx, ctx.session.get_one(Programme, 1), from_posts)  # type: ignore[arg-type]
        ids = dict(sql("SELECT code, id FROM units").all())
        rows = sql("SELECT i.number, m.position, m.id FROM measures m JOIN indicators i ON i.id = m.indicator_id").all()
        return {**ids, **{f"{number}.{position}": id_ for number, position, id_ in rows}}


def test_all_of_them_red_first(browse: Browse, filled: dict[str, int]) -> None:
    page = browse(OFFICE).get("/indicators/?period=2025")
    assert page.count('<tr><td class="num blank">') == 35
    verdicts = re.findall(r'class="tag ([a-z-]+)">', page)
    order = ["overdue", "due-soon", "not-started", "in-progress", "plain"]
    assert verdicts == sorted(verdicts, key=order.index)
    assert verdicts[0] == "overdue"
    assert verdicts[-1] == "plain"
    # In the order of the text, and only some.
    page = browse(OFFICE).get("/indicators/?period=2025&order=text")
    assert re.findall(r'num blank">([0-9.]+)<', page)[:4] == ["1", "2", "3.1", "3.2"]
    page = browse(OFFICE).get("/indicators/?period=2025&verdict=missed")
    assert 0 < page.count('class="tag overdue"') < 35
    assert "Chưa đạt mục tiêu năm 2025 (≥ 82%)." in page  # the rule stands beside the colour


def test_nonsense_in_the_address_is_no_error(browse: Browse, filled: dict[str, int]) -> None:
    for query in ("period=x", "period=2019", "period=once", "verdict=x&order=y", "period=2026-H1", "period=9999"):
        browse(OFFICE).get(f"/indicators/?{query}")
        browse(OFFICE).get(f"/indicators/{filled['5.0']}?{query}")
    browse(OFFICE).get("/indicators/?programme=99", 404)
    browse(OFFICE).get("/indicators/999999", 404)
    browse(OFFICE).get(f"/indicators/{filled['5.0']}/units/999999", 404)


@pytest.mark.parametrize("gone", ["measures", "indicators"])
def test_what_left_the_programme_has_no_form(app: Flask, browse: Browse, filled: dict[str, int], gone: str) -> None:
    at = f"/indicators/{filled['5.0']}/units/{filled['p-yte']}?period=2026"
    assert 'name="numerator"' in browse(HEAD).get(at)
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(f"UPDATE {gone} SET retired_in = 2")
    assert 'name="numerator"' not in browse(HEAD).get(at)


def test_before_anything_is_reported(browse: Browse) -> None:
    page = browse(HEAD).get("/indicators/")
    assert page.count("Chưa có số liệu của kỳ này.") == 35
    page = browse(HEAD).get("/indicators/1")
    assert "chưa có; lộ trình tính từ số liệu đầu tiên" in page
    assert '<svg class="chart' not in page


def test_one_measure_with_its_two_sources(browse: Browse, filled: dict[str, int]) -> None:
    page = browse(OFFICE).get(f"/indicators/{filled['8.1']}?period=2025")
    assert "Cơ quan chủ trì" in page
    assert "Xã, thị trấn cộng lại" in page
    assert "cộng được 22 trên 22 đơn vị" in page
    assert re.search(r"<tfoot>.*Chênh lệch.*\+0,78 điểm %", page, re.DOTALL)  # 12 of some 1,540 more than theirs
    assert "cần mỗi năm để đạt ≥ 98% năm 2030" in page
    assert '<svg class="chart path"' in page
    # A down measure needs negative change, and reads as progress.
    page = browse(OFFICE).get(f"/indicators/{filled['4.0']}?period=2024")
    assert "Bình quân mỗi năm −" in page
    assert re.search(r"<b>−[0-9,]+ điểm %</b>", page)


FEW = "&lt; 5"


def numerators(page: str) -> dict[str, str]:
    rows = re.findall(r'<th scope="row">(?:<a [^>]+>)?([^<]+)(.*?)</tr>', page, re.DOTALL)
    return {name: found[1] for name, row in rows if (found := re.search(r'data-label="Tử số">([^<]*)', row))}


def test_who_sees_what_of_small_cells(browse: Browse, filled: dict[str, int]) -> None:
    path = f"/indicators/{filled['3.0']}/communes?period=2025"  # deaths of infants: one or two a commune
    for login in (OFFICE, LEADER, AUDITOR, HEAD):  # the health office leads it
        page = browse(login).get(path)
        assert FEW not in page
        assert "1" in numerators(page).values()
    for login in (COMMUNE, POLICE):
        page = browse(login).get(path)
        told = numerators(page)
        assert len(told) == 22
        own = told.pop("UBND xã Cao Xá")
        assert own == (FEW if login == POLICE else "1")
        assert all(one in ("0", FEW, "*") or int(one) >= 5 for one in told.values())
        assert list(told.values()).count(FEW) > 5
        assert "che để không chỉ ra từng trẻ em" in page
        # What is masked is told neither by a rate, nor by a bar or a verdict, nor by an earlier year, nor by its place.
        for row in re.findall(r"<tr><th.*?</tr>", page, re.DOTALL):
            if FEW in row:
                assert re.search(r'data-label="Năm 2025">\*', row)
                assert 'data-label="Năm 2024">–' in row
                assert "<svg" not in row
        masked = [name for name, one in told.items() if one == FEW]
        by_name = [name for name in numerators(browse(OFFICE).get(f"{path}&order=name")) if name in masked]
        assert masked == by_name
    # The sums of the district too.
    path = f"/indicators/{filled['13.0']}?period=2025"
    page = browse(COMMUNE).get(path)
    assert f'data-label="Tử số">{FEW}<' in page
    # With the other side or the value it would be one multiplication away.
    lead = re.search(r"Cơ quan chủ trì<.*?</tr>", page, re.DOTALL)
    assert lead is not None
    assert 'data-label="Mẫu số">*<' in lead[0]
    assert 'data-label="Trị số">*<' in lead[0]
    assert "Chênh lệch" not in page
    assert 'data-label="Tử số">1<' in browse(OFFICE).get(path)


def test_whose_rounds_one_may_open(browse: Browse, filled: dict[str, int]) -> None:
    path = f"/indicators/{filled['5.0']}/units/{filled['xa-cao-xa']}?period=2025"
    for login in (OFFICE, LEADER, AUDITOR, HEAD, COMMUNE):
        browse(login).get(path)
    for login in (POLICE, "truong.xa-viet-lap", "truong.p-tuphap"):
        browse(login).get(path, 404)
    assert "Lưu số liệu" not in browse(LEADER).get(path)
    assert "Lưu số liệu" not in browse(HEAD).get(path)  # the lead reads what a commune says, and does not write it
    assert "Lưu số liệu" in browse(COMMUNE).get(path)


def report(browser: Browser, filled: dict[str, int], status: int = 200, **form: object) -> str:
    path = f"/indicators/{filled['5.0']}/units/{filled['xa-cao-xa']}?period=2026"
    seen = re.search(r'name="seen" value="([^"]*)"', browser.get(path))
    assert seen is not None
    return browser.post(path, at=path, status=status, **{"seen": seen[1], **form})


def test_reporting_keeps_what_was_typed_and_says_the_field(browse: Browse, filled: dict[str, int]) -> None:
    commune = browse(COMMUNE)
    page = report(commune, filled, 422, numerator="129", denominator="128", source="Trạm y tế", comment="Đã rà soát")
    assert '<a href="#numerator">Tử số (129) không thể lớn hơn mẫu số (128).</a>' in page
    assert 'value="129"' in page
    assert 'value="Trạm y tế"' in page
    assert ">Đã rà soát</textarea>" in page
    page = report(commune, filled, 422, numerator="một trăm", denominator="128")
    assert 'value="một trăm"' in page
    assert '<a href="#numerator">' in page
    page = report(commune, filled, 422, value="9,5‰")
    assert '<a href="#value">Chỉ tiêu này tính bằng %, không phải ‰.</a>' in page
    page = report(commune, filled, 422, numerator="60", denominator="128")
    assert '<a href="#comment">Khác kỳ trước' in page
    page = report(commune, filled, numerator="120", denominator="128", source="Trạm y tế")
    assert "Đã lưu số liệu" in page
    assert "93,75%" in page
    assert "ước thực hiện" in page
    page = report(commune, filled, no_data="1", comment="Chưa tổng hợp")
    assert "không có số liệu" in page


def test_a_stale_form_shows_both(browse: Browse, filled: dict[str, int]) -> None:
    commune = browse(COMMUNE)
    report(commune, filled, numerator="121", denominator="128")
    page = report(commune, filled, 409, numerator="119", denominator="128", seen="1.1")
    assert "Người khác vừa ghi số liệu này" in page
    assert "(121 / 128)" in page
    assert 'value="119"' in page


def test_accepting_what_was_ticked_and_not_what_changed_since(browse: Browse, filled: dict[str, int]) -> None:
    office, path = browse(OFFICE), f"/indicators/{filled['5.0']}?period=2026"
    ticks = re.findall(r'name="figures" value="([^"]+)"', office.get(path))
    assert len(ticks) == 10
    assert "Hãy chọn số liệu để duyệt" in office.post(path.replace("?", "/accept?"), at=path, status=422)
    report(browse(COMMUNE), filled, numerator="119", denominator="128")
    page = office.post(path.replace("?", "/accept?"), at=path, figures=ticks)
    assert "Đã duyệt 9 số liệu." in page
    assert "1 số liệu vừa thay đổi" in page
    assert len(re.findall(r'name="figures" value="([^"]+)"', page)) == 1
    # What is accepted is corrected with a reason.
    page = browse(HEAD).get(f"/indicators/{filled['5.0']}/units/{filled['p-yte']}?period=2026")
    assert "Lý do đính chính" in page


def test_the_baseline(browse: Browse, filled: dict[str, int]) -> None:
    office, path = browse(OFFICE), f"/indicators/{filled['5.0']}?period=2026"
    page = office.post(path.replace("?", "/baseline?"), at=path, baseline_year="2020", baseline="94,5")
    assert "2020: 94,5%" in page
    page = office.post(path.replace("?", "/baseline?"), at=path, status=422, baseline_year="2020", baseline="x")
    assert '<a href="#baseline">' in page
    page = office.post(path.replace("?", "/baseline?"), at=path, status=422, baseline_year="2020", baseline="9,4‰")
    assert '<a href="#baseline">Chỉ tiêu này tính bằng %, không phải ‰.</a>' in page
    assert "Đặt số liệu năm gốc" not in browse(HEAD).get(path)


@pytest.mark.parametrize("path", ["", "{5.0}?period=2026", "{5.0}/communes?period=2025", "{5.0}/units/{p-yte}"])
def test_at_most_ten_statements(app: Flask, browse: Browse, filled: dict[str, int], path: str) -> None:
    for name, id_ in filled.items():
        path = path.replace(f"{{{name}}}", str(id_))
    browser = browse(OFFICE)
    with asked(app) as seen:
        browser.get(f"/indicators/{path}")
    assert len(seen) <= 10, "\n".join(statement[:150] for statement, _values in seen)


def test_in_english(browse: Browse, filled: dict[str, int]) -> None:
    browser = browse(OFFICE)
    browser.post("/language/en", at="/indicators/")
    assert '<html lang="en"' in browser.get(f"/indicators/{filled['5.0']}?period=2026")


def test_what_the_report_counts_is_one_link_away(app: Flask, browse: Browse, filled: dict[str, int]) -> None:
    """The page shows what was reported, the report what was accepted; each says so, and keeps what else was asked."""
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(
            "UPDATE figures SET accepted_at = NULL, accepted_by_id = NULL WHERE period = '2025'"
        )
    page = browse(OFFICE).get("/indicators/?period=2025&order=text")
    assert "báo cáo tổng hợp chỉ dùng số đã tiếp nhận" in page
    assert "chưa duyệt" in page
    link = re.search(r'href="([^"]*accepted=1)">Chỉ số đã tiếp nhận', page)
    assert link is not None
    page = browse(OFFICE).get(link[1].replace("&amp;", "&"))
    assert "chưa duyệt" not in page
    assert page.count("#nguon") == 0
    assert re.findall(r'num blank">([0-9.]+)<', page)[:2] == ["1", "2"]
    assert '<input type="hidden" name="accepted" value="1">' in page
    back = re.search(r'href="([^"]*)">Gồm cả số chưa được tiếp nhận', page)
    assert back is not None
    assert "accepted" not in back[1]
    assert "order=text" in back[1]
