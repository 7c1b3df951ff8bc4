"""Subjects and bodies of mails: text and HTML of the same content, in the recipient's language."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from textwrap import shorten

from tracker.mail.item import MailItem
from tracker.mail.template import PREFIX, Rendered, catalogue, period_text, render
from tracker.rules.ladder import LEADERS
from tracker.rules.recurrence import period_named
from tracker.rules.rollover import ONCE
from tracker.rules.text import inside
from tracker.rules.words import CHOICES, N_

SUBJECTS = {
    "assigned": N_("Giao việc: %(title)s"),
    "returned": N_("Trả lại để bổ sung: %(title)s"),
    "confirmed": N_("Đã xác nhận hoàn thành: %(title)s"),
    "submitted": N_("Chờ xác nhận – %(unit)s: %(title)s"),
    "declined": N_("Từ chối nhận – %(unit)s: %(title)s"),
    "handed_on": N_("Chuyển anh/chị xử lý: %(title)s"),
    "contribution_asked": N_("Đề nghị phối hợp – %(unit)s: %(title)s"),
    "contributed": N_("Ý kiến phối hợp – %(unit)s: %(title)s"),
    "extension_asked": N_("Xin gia hạn – %(unit)s: %(title)s"),
    "extension_granted": N_("Đã gia hạn: %(title)s"),
    "extension_undone": N_("Hoàn tác gia hạn: %(title)s"),
    "extension_refused": N_("Không đồng ý gia hạn: %(title)s"),
    "extension_proposed": N_("Đề xuất ngày khác: %(title)s"),
    "extension_accepted": N_("Đơn vị nhận ngày đề xuất: %(title)s"),
    "extension_rejected": N_("Đơn vị giữ hạn cũ: %(title)s"),
    "explanation_asked": N_("Yêu cầu giải trình: %(title)s"),
    "explanation_answered": N_("Đã giải trình – %(unit)s: %(title)s"),
    "mentioned": N_("Nhắc đến anh/chị: %(title)s"),
    "commented": N_("Trao đổi: %(title)s"),
    "chased": N_("Đôn đốc: %(title)s"),
    "report_asked": N_("Nộp báo cáo: %(title)s"),
    "answered_from_mail": N_("Đã ghi trả lời từ thư: %(title)s"),
    "answer_told": N_("Trả lời từ thư – %(unit)s: %(title)s"),
    "undone_from_mail": N_("Đã hoàn tác trả lời từ thư: %(title)s"),
}
# Of an answer from a mail: by what was answered, for those that are good news or bad at once.
ANSWERED = {
    "received": N_("%(unit)s đã nhận việc: %(title)s"),
    "on_track": N_("%(unit)s đang thực hiện, đúng tiến độ: %(title)s"),
    "promise": N_("%(unit)s hẹn xong ngày %(day)s: %(title)s"),
    "done": N_("%(unit)s báo đã xong: %(title)s"),
    "done_said": N_("%(unit)s báo đã xong, chờ lãnh đạo đơn vị báo cáo hoàn thành: %(title)s"),
    "blocked": N_("%(unit)s có vướng mắc: %(title)s"),
    "extension": N_("%(unit)s xin gia hạn đến ngày %(day)s: %(title)s"),
    "not_ours": N_("%(unit)s báo không thuộc nhiệm vụ của mình: %(title)s"),
}
# What people wrote with it stands below the work that it is about, under this word.
_CONTENT, _NOTE = N_("Nội dung:"), N_("Ghi chú:")
BELOW = {
    "chased": _CONTENT,
    "mentioned": _CONTENT,
    "commented": _CONTENT,
    "explanation_asked": _CONTENT,
    "answered_from_mail": _NOTE,
    "answer_told": _NOTE,
}
# Letters that are not about one assignment.
LETTERS = {
    "delegation": N_("Ủy quyền xử lý công việc: %(unit)s"),
    "delegation_ended": N_("Kết thúc ủy quyền: %(unit)s"),
}
OPENED = N_("Giao việc %(periods)s: %(n)s nhiệm vụ")
NOT_ARRIVED = N_("Thư không đến được %(name)s: %(about)s")
REMINDERS = N_("Thư nhắc %(n)s việc không đến được %(name)s")
# Gmail cuts off a mail beyond 102 kB, and nobody reads so far; the rest is counted, with a link to the site.
MOST_ROWS = 60


def event(
    kind: str,
    item: MailItem,
    *,
    to_name: str,
    actor_name: str,
    reason: str,
    base_url: str,
    locale: str,
    sample: bool,
    choice: str = "",
    day: date | None = None,
    by_unit: str = "",
    is_submitted: bool = True,
) -> Rendered:
    """What just happened to one assignment; `kind` is a key of SUBJECTS, `choice` of `rules.words.CHOICES`, which `day`
    may end. Without it `day` is the one that is asked for, offered, or to answer by. `by_unit` of whom the subject
    speaks, where it is not the unit that leads. `is_submitted`: whether what was said to be done was handed in."""
    _ = catalogue(locale).gettext
    answered = choice if choice != "done" or is_submitted else "done_said"
    message = ANSWERED.get(answered, SUBJECTS[kind]) if kind == "answer_told" else SUBJECTS[kind]
    subject = _(message) % {
        "title": shorten(item.title, 80, placeholder="…"),
        "unit": by_unit or item.unit_short or item.unit_name,
        "day": f"{day:%d/%m/%Y}" if day else "",
    }
    mail = render(
        "event",
        locale,
        subject,
        kind=kind,
        item=item,
        on=day,
        what=(_(CHOICES[choice]) if choice else "") + (f" {day:%d/%m/%Y}" if day else ""),
        below=_(BELOW[kind]) if kind in BELOW else "",
        to_name=to_name,
        actor_name=actor_name,
        reason=reason,
        base_url=base_url,
        sample=sample,
    )
    return inviting(mail, [item])


def opened(
    items: Sequence[MailItem], *, programme: str, to_name: str, base_url: str, locale: str, sample: bool
) -> Rendered:
    """One mail for all that an opening gave to the units of one person, what is due first on top."""
    ordered = sorted(items, key=lambda item: (item.due_on is None, item.due_on or date.max, item.clause_ref))
    shown = ordered[:MOST_ROWS]
    subject = catalogue(locale).gettext(OPENED) % {"n": len(ordered), "periods": _periods(ordered, locale)}
    mail = render(
        "opened",
        locale,
        subject,
        items=shown,
        left_out=len(ordered) - len(shown),
        total=len(ordered),
        carried=sum(item.carried for item in ordered),
        programme=programme,
        to_name=to_name,
        base_url=base_url,
        sample=sample,
    )
    return inviting(mail, shown)


def _periods(items: Sequence[MailItem], locale: str) -> str:
    """ "năm 2027, quý I/2027"; of many only the first and the last."""
    keys = sorted({item.period for item in items}, key=lambda key: (key == ONCE.key, period_named(key).first, key))
    words = [inside(period_text(key, locale)) for key in keys]
    return ", ".join(words) if len(words) <= 3 else f"{words[0]} – {words[-1]}"


def letter(kind: str, *, to_name: str, base_url: str, locale: str, sample: bool, **facts: object) -> Rendered:
    """A mail about something else than an assignment; `kind` is a key of LETTERS and the name of its template."""
    subject = catalogue(locale).gettext(LETTERS[kind]) % facts
    return render(kind, locale, subject, to_name=to_name, base_url=base_url, sample=sample, **facts)


def fallback(
    items: Sequence[MailItem],
    *,
    to_name: str,
    for_name: str,
    for_address: str,
    no_address: bool,
    subject: str,
    base_url: str,
    locale: str,
    sample: bool,
) -> Rendered:
    """Says for whom a mail was, why it comes here, and what is asked. `no_address`: there is no such mailbox; `subject`
    of that mail, "" for reminders of these items.

    What the mail said is not repeated: it may hold what was meant for one person alone.
    """
    _ = catalogue(locale).gettext
    about = subject.removeprefix(PREFIX)
    shown = items[:MOST_ROWS]
    return render(
        "fallback",
        locale,
        _(NOT_ARRIVED if about else REMINDERS) % {"name": for_name, "about": about, "n": len(items)},
        items=shown,
        left_out=len(items) - len(shown),
        to_leader=all(item.role in LEADERS for item in items),
        to_name=to_name,
        for_name=for_name,
        for_address=for_address,
        no_address=no_address,
        about=about,
        base_url=base_url,
        sample=sample,
    )


def inviting(mail: Rendered, items: Sequence[MailItem]) -> Rendered:
    return replace(mail, invitations=tuple(item.invited for item in items if item.invited is not None))
