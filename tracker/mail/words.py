"""What mails say of an assignment: filters of their templates, the same words in text and HTML.

Not macros of a template: ten calls a line, for everybody in the province on one morning, were a third of a sweep.
"""

from collections.abc import Callable, Sequence
from datetime import date

from tracker.mail.item import MailItem
from tracker.rules.words import LADDER_ROLES

# The gettext of the recipient's catalogue.
Gettext = Callable[[str], str]


def day(on: date) -> str:
    return f"{on.day:02}/{on.month:02}/{on.year:04}"


def how_late(item: MailItem, _: Gettext) -> str:
    """ "quá hạn 3 ngày làm việc"."""
    if item.promised_on:
        return _("đơn vị hẹn xong %(day)s, chưa xong") % {"day": day(item.promised_on)}
    if item.due_on is None:
        return _("không có thời hạn")
    if item.working_days > 0:
        return _("quá hạn %(n)s ngày làm việc") % {"n": item.working_days}
    if item.working_days == 0:
        return _("đến hạn hôm nay")
    return _("còn %(n)s ngày làm việc") % {"n": -item.working_days}


def due(item: MailItem, _: Gettext) -> str:
    """ "hạn 15/12/2026"."""
    return _("hạn %(day)s") % {"day": day(item.due_on)} if item.due_on else _("không có thời hạn")


def facts(item: MailItem, _: Gettext) -> str:
    """Where it stands, when it is due, and what the unit has said already."""
    said = [_("mục %(ref)s") % {"ref": item.clause_ref}, due(item, _)]
    if item.open_promise:
        said.append(_("đơn vị hẹn hoàn thành ngày %(day)s") % {"day": day(item.open_promise)})
    if item.asked_due_on:
        said.append(_("đang chờ quyết định gia hạn đến %(day)s") % {"day": day(item.asked_due_on)})
    return " · ".join(said)


def also_told(names: Sequence[str], _: Gettext) -> str:
    return _("Đồng gửi: %(who)s") % {"who": ", ".join(names)}


def instead(item: MailItem, _: Gettext) -> str:
    """Why it comes to somebody of whom the work is not."""
    if item.instead == "office":
        return _("Cơ quan thường trực chưa có ai nhận được thư, nên thư này gửi cấp kế tiếp.")
    if item.instead == "head":
        whom = _(LADDER_ROLES[item.role])
        return _("Đơn vị chưa có lãnh đạo nhận được thư nên hệ thống gửi %(whom)s.") % {"whom": whom}
    return _("Đơn vị chưa có ai nhận được thư, nên thư này gửi cấp kế tiếp.")
