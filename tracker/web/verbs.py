"""Every verb on one assignment: what it reads from the form, and what is said when it is done."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from flask import request

from tracker.rules.calendar import local_date
from tracker.rules.days import check_day, read_day
from tracker.rules.errors import Invalid
from tracker.rules.words import N_
from tracker.services import assignment, chase, comment, coordination, explanation, extension, part, promise, update
from tracker.services.access import UNSAID
from tracker.services.context import Context
from tracker.store.unit import unit_named
from tracker.web.inputs import kept, key
from tracker.web.uploads import files_of

Verb = Callable[[Context, int], object]

DONE = {
    "issue": N_("Đã giao việc."),
    "accept": N_("Đã nhận việc."),
    "decline": N_("Đã gửi từ chối đến cơ quan thường trực."),
    "reassign": N_("Đã giao lại."),
    "update": N_("Đã lưu cập nhật."),
    "undo": N_("Đã hoàn tác cập nhật."),
    "note": N_("Đã lưu ý kiến phối hợp."),
    "submit": N_("Đã báo cáo hoàn thành; chờ cơ quan thường trực xác nhận."),
    "withdraw": N_("Đã rút lại báo cáo; nhiệm vụ lại đang thực hiện."),
    "return": N_("Đã trả lại kèm lý do."),
    "confirm": N_("Đã xác nhận hoàn thành."),
    "suspend": N_("Đã tạm dừng."),
    "resume": N_("Đã cho tiếp tục."),
    "cancel": N_("Đã hủy nhiệm vụ."),
    "reopen": N_("Đã mở lại."),
    "hand_on": N_("Đã chuyển xử lý."),
    "correct_done_on": N_("Đã sửa ngày hoàn thành; ngày cũ vẫn còn trong diễn biến."),
    "star": N_("Đã đưa vào trọng tâm."),
    "unstar": N_("Đã bỏ khỏi trọng tâm."),
    "demand_evidence": N_("Đã đổi yêu cầu minh chứng."),
    "split": N_("Đã giao phần việc."),
    "chase": N_("Đã gửi đôn đốc."),
    "comment": N_("Đã gửi trao đổi."),
    "ask_contribution": N_("Đã gửi đề nghị phối hợp."),
    "release_contribution": N_("Đã ghi là không cần phối hợp nữa."),
    "name_contact": N_("Đã cử đầu mối."),
    "promise": N_("Đã ghi ngày hẹn xong."),
    "undo_promise": N_("Đã hoàn tác lời hẹn."),
    "ask_extension": N_("Đã gửi đề nghị gia hạn đến cơ quan thường trực."),
    "extend": N_("Đã gia hạn."),
    "ask_explanation": N_("Đã gửi yêu cầu giải trình."),
}


def text(name: str) -> str:
    """A field of the form, to be kept. Raises Invalid when it is too long."""
    return kept(request.form.get(name, ""), name)


def number(name: str) -> int | None:
    value = text(name)
    if not value:
        return None
    try:
        return key(value)
    except ValueError as error:
        raise Invalid(N_("Hãy ghi một số nguyên."), field=name) from error


def unit(ctx: Context, name: str) -> int | None:
    """Chosen from a list, or where there are too many for one, typed by name."""
    typed = text(f"{name}_name")
    if not typed:
        return number(name)
    found = unit_named(ctx.session, typed, ctx.today)
    if found is None:
        raise Invalid(N_("Không có đơn vị tên “%(name)s”."), field=f"{name}_name", name=typed)
    return found.id


def day(name: str) -> date | None:
    """Raises Invalid when it is no day, or one that nobody can mean."""
    value = text(name)
    if not value:
        return None
    found = read_day(value)
    if found is None:
        raise Invalid(N_("Ngày cần có dạng 19/11/2026."), field=name)
    return check_day(found, local_date(datetime.now(UTC)), field=name)


def version() -> int:
    """The one the form was made from; a form that does not say it may have been made from anything."""
    try:
        return key(text("version"))
    except ValueError:
        return UNSAID


def _need(name: str, message: str) -> int:
    found = number(name)
    if found is None:
        raise Invalid(message, field=name)
    return found


def _submit(ctx: Context, id_: int) -> object:
    return assignment.submit(
        ctx, id_, result=text("result"), done_on=day("done_on"), version=version(), uploads=files_of(request)
    )


def _update(ctx: Context, id_: int) -> object:
    """From the quick form: "đã xong" by somebody who may submit is the submission itself."""
    return update.update_or_submit(
        ctx,
        id_,
        signal=text("signal"),
        text=text("text"),
        percent=number("percent"),
        version=version(),
        uploads=files_of(request),
    )


def _undo(ctx: Context, id_: int) -> object:
    return update.undo(ctx, id_, _need("update_id", N_("Hãy chọn cập nhật cần hoàn tác.")))


def _reassign(ctx: Context, id_: int) -> object:
    unit_id = unit(ctx, "lead_unit_id")
    if unit_id is None:
        raise Invalid(N_("Hãy chọn đơn vị chủ trì."), field="lead_unit_id")
    return assignment.reassign(ctx, id_, lead_unit_id=unit_id, reason=text("reason"), version=version())


def _accept(ctx: Context, id_: int) -> object:
    return assignment.accept(ctx, id_, owner_id=number("owner_id"), version=version())


def _hand_on(ctx: Context, id_: int) -> object:
    return assignment.hand_on(ctx, id_, owner_id=number("owner_id"), text=text("reason"), version=version())


def _correct(ctx: Context, id_: int) -> object:
    return assignment.correct_done_on(ctx, id_, done_on=day("done_on"), reason=text("reason"), version=version())


def _demand_evidence(ctx: Context, id_: int) -> object:
    return assignment.demand_evidence(ctx, id_, required=bool(text("required")), version=version())


def _split(ctx: Context, id_: int) -> object:
    return part.split(
        ctx,
        id_,
        unit_id=unit(ctx, "part_unit_id"),
        text=text("part_text"),
        due_on=day("part_due_on"),
        version=version(),
    )


def _comment(ctx: Context, id_: int) -> object:
    named = request.form.getlist("mention")
    try:
        users, units = ([key(one[1:]) for one in named if one[:1] == kind] for kind in "pu")
    except ValueError as error:
        raise Invalid(N_("Chỉ nhắc được người và đơn vị cùng tham gia nhiệm vụ này."), field="mention") from error
    return comment.comment(ctx, id_, text=text("comment"), users=users, units=units)


def _ask_contribution(ctx: Context, id_: int) -> object:
    return coordination.ask(
        ctx, id_, unit(ctx, "unit_id") or 0, question=text("question"),
        due_on=day("contribute_by"), version=version(),
    )  # fmt: skip


def _release(ctx: Context, id_: int) -> object:
    return coordination.release(ctx, id_, _need("unit_id", N_("Hãy chọn đơn vị phối hợp.")))


def _name_contact(ctx: Context, id_: int) -> object:
    unit_id = _need("unit_id", N_("Hãy chọn đơn vị phối hợp."))
    return coordination.name_contact(ctx, id_, unit_id, contact_id=number("contact_id"))


def _promise(ctx: Context, id_: int) -> object:
    return promise.promise(ctx, id_, promised_on=day("promised_on"), note=text("promise_note"), version=version())


def _undo_promise(ctx: Context, id_: int) -> object:
    return promise.undo(ctx, id_, _need("promise_id", N_("Hãy chọn lời hẹn cần hoàn tác.")))


def _ask_extension(ctx: Context, id_: int) -> object:
    return extension.ask(ctx, id_, asked_due_on=day("asked_due_on"), reason=text("extension_reason"), version=version())


def _extend(ctx: Context, id_: int) -> object:
    return extension.extend(ctx, id_, due_on=day("due_on"), reason=text("reason"), version=version())


def _ask_explanation(ctx: Context, id_: int) -> object:
    return explanation.ask(ctx, id_, question=text("question"), due_on=day("answer_by"), version=version())


def _with_reason(verb: Callable[..., object]) -> Verb:
    return lambda ctx, id_: verb(ctx, id_, reason=text("reason"), version=version())


def _plain(verb: Callable[..., object]) -> Verb:
    return lambda ctx, id_: verb(ctx, id_, version=version())


VERBS: dict[str, Verb] = {
    "issue": _plain(assignment.issue),
    "accept": _accept,
    "decline": _with_reason(assignment.decline),
    "reassign": _reassign,
    "update": _update,
    "undo": _undo,
    "note": lambda ctx, id_: update.note(ctx, id_, text=text("text")),
    "submit": _submit,
    "withdraw": _plain(assignment.withdraw),
    "return": _with_reason(assignment.return_),
    "confirm": _plain(assignment.confirm),
    "suspend": _with_reason(assignment.suspend),
    "resume": _with_reason(assignment.resume),
    "cancel": _with_reason(assignment.cancel),
    "reopen": _with_reason(assignment.reopen),
    "hand_on": _hand_on,
    "correct_done_on": _correct,
    "star": lambda ctx, id_: assignment.star(ctx, id_, starred=True, version=version()),
    "unstar": lambda ctx, id_: assignment.star(ctx, id_, starred=False, version=version()),
    "demand_evidence": _demand_evidence,
    "split": _split,
    "chase": lambda ctx, id_: chase.chase(ctx, id_, text=text("chase"), version=version()),
    "comment": _comment,
    "ask_contribution": _ask_contribution,
    "release_contribution": _release,
    "name_contact": _name_contact,
    "promise": _promise,
    "undo_promise": _undo_promise,
    "ask_extension": _ask_extension,
    "extend": _extend,
    "ask_explanation": _ask_explanation,
}
