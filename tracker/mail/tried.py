"""What was tried, in one sentence: "16/11 nhắc lãnh đạo đơn vị; 18/11 hẹn xong 20/11 – không giữ hẹn"."""

from datetime import date

from tracker.mail.template import catalogue
from tracker.rules.tried import Deed, Tried, What
from tracker.rules.words import ARRIVED, LADDER_ROLES, N_

_WORDS = {
    What.REMINDED: N_("nhắc %(whom)s"),
    What.URGED: N_("đôn đốc %(whom)s"),
    What.TOLD: N_("báo %(whom)s"),
    What.INSTEAD: N_("báo %(whom)s thay đơn vị"),
    What.CHASED: N_("%(whom)s đôn đốc"),
    What.RETURNED: N_("báo cáo hoàn thành bị trả lại"),
}
_PROMISED = {
    "open": N_("đơn vị hẹn xong %(day)s"),
    "broken": N_("đơn vị hẹn xong %(day)s – không giữ hẹn"),
    "kept": N_("đơn vị hẹn xong %(day)s – đã giữ hẹn"),
}
_EXTENSION = {
    "open": N_("đơn vị xin gia hạn đến %(day)s, chưa quyết định"),
    "proposed": N_("đơn vị xin gia hạn đến %(day)s, đã đề xuất ngày khác"),
    "granted": N_("đơn vị được gia hạn đến %(day)s"),
    "refused": N_("đơn vị xin gia hạn đến %(day)s, không được đồng ý"),
}
_EXPLANATION = {
    "open": N_("yêu cầu giải trình, hạn %(day)s – chưa trả lời"),
    "answered": N_("yêu cầu giải trình – đã trả lời"),
    "closed": N_("yêu cầu giải trình – đã trả lời"),
}
_UPDATED = {
    "blocked": N_("đơn vị báo có vướng mắc"),
    "done": N_("đơn vị báo đã làm xong"),
    "percent": N_("đơn vị cập nhật: %(percent)s%%"),
    "": N_("đơn vị cập nhật"),
}
_TODAY = N_("hôm nay (%(day)s)")
UNHEARD = N_("đơn vị chưa cập nhật lần nào")
EARLIER = N_("trước đó %(n)s lần")


def tried_text(tried: Tried, today: date, locale: str) -> str:
    """ "" where nothing was tried and nothing is known."""
    _ = catalogue(locale).gettext
    parts = [_(EARLIER) % {"n": tried.earlier}] if tried.earlier else []
    for one in tried.told:
        days = ", ".join(_day(day, today) for day in one.days)
        parts.append(f"{days} {', '.join(_deed(deed, today, locale) for deed in one.deeds)}")
    if not tried.heard:
        parts.append(_(UNHEARD))
    return "; ".join(parts)


def _deed(deed: Deed, today: date, locale: str) -> str:
    _ = catalogue(locale).gettext
    values = {
        "whom": ", ".join(_(LADDER_ROLES.get(one, one)) for one in deed.whom),
        "day": _(_TODAY) % {"day": _day(today, today)} if deed.day == today else _day(deed.day or today, today),
        "percent": deed.percent,
    }
    said = _(_message(deed)) % values
    return f"{said} ({_(ARRIVED[deed.arrived])})" if deed.arrived in ARRIVED else said


def _message(deed: Deed) -> str:
    match deed.what:
        case What.PROMISED:
            return _PROMISED[deed.came]
        case What.EXTENSION:
            return _EXTENSION[deed.came]
        case What.EXPLANATION:
            return _EXPLANATION[deed.came]
        case What.UPDATED:
            moving = "percent" if deed.percent is not None else ""
            return _UPDATED[deed.came if deed.came in ("blocked", "done") else moving]
        case _:
            return _WORDS[deed.what]


def _day(day: date, today: date) -> str:
    return f"{day:%d/%m}" if day.year == today.year else f"{day:%d/%m/%Y}"
