"""Asking a unit to explain itself, and its answer."""

from datetime import date

from tracker.models.assignment import Assignment
from tracker.models.explanation import ExplanationRequest, ExplanationState
from tracker.rules.errors import IllegalMove, Invalid, NotFound
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.rules.workflow import CLOSED, State
from tracker.services.access import change
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.notice import notify, notify_unit
from tracker.store import explanation as store


def ask(
    ctx: Context, assignment_id: int, *, question: str, due_on: date | None, version: int | None = None
) -> ExplanationRequest:
    """With a day of its own by which the unit must answer."""
    row = change(ctx, assignment_id, Permission.ASK_EXPLANATION, version)
    if row.state in (*CLOSED, State.DRAFT):
        raise IllegalMove(N_("Chỉ yêu cầu giải trình được nhiệm vụ đang thực hiện."))
    if not question.strip():
        raise Invalid(N_("Hãy ghi nội dung cần giải trình."), field="question")
    if due_on is None or due_on < ctx.today:
        raise Invalid(N_("Hãy chọn ngày phải trả lời, từ hôm nay trở đi."), field="answer_by")
    assert ctx.actor.user_id is not None
    request = ExplanationRequest(
        assignment_id=row.id,
        question=question.strip(),
        due_on=due_on,
        asked_at=ctx.now,
        asked_by_id=ctx.actor.user_id,
        state=ExplanationState.OPEN,
    )
    ctx.session.add(request)
    ctx.session.flush()
    data = {"reason": question.strip(), "answer_by": due_on.isoformat(), "explanation": request.id}
    record(ctx, "ask_explanation", "assignment", row.id, data=data)
    notify_unit(ctx, "explanation_asked", row, reason=question, cause=f"explanation{request.id}", day=due_on)
    return request


def answer(ctx: Context, request_id: int, *, text: str) -> ExplanationRequest:
    request, row = _load(ctx, request_id, Permission.ANSWER_EXPLANATION)
    _demand_open(request)
    if not text.strip():
        raise Invalid(N_("Hãy ghi nội dung giải trình."), field="answer")
    request.answer, request.state = text.strip(), ExplanationState.ANSWERED
    request.answered_at, request.answered_by_id = ctx.now, ctx.actor.user_id
    data = {"reason": text.strip(), "explanation": request.id}
    record(ctx, "answer_explanation", "assignment", row.id, data=data)
    notify(ctx, "explanation_answered", row, [request.asked_by], reason=text, cause=f"explanation{request.id}")
    return request


def close(ctx: Context, request_id: int) -> ExplanationRequest:
    """Whoever asks has read the answer and is content."""
    request, row = _load(ctx, request_id, Permission.ASK_EXPLANATION)
    if request.state is not ExplanationState.ANSWERED:
        raise IllegalMove(N_("Yêu cầu này chưa được trả lời hoặc đã kết thúc."))
    request.state, request.closed_at, request.closed_by_id = ExplanationState.CLOSED, ctx.now, ctx.actor.user_id
    record(ctx, "close_explanation", "assignment", row.id, data={"explanation": request.id})
    return request


def withdraw(ctx: Context, request_id: int) -> ExplanationRequest:
    request, row = _load(ctx, request_id, Permission.ASK_EXPLANATION)
    _demand_open(request)
    request.state = ExplanationState.WITHDRAWN
    record(ctx, "withdraw_explanation", "assignment", row.id, data={"explanation": request.id})
    return request


def settle_open_explanations(ctx: Context, row: Assignment) -> None:
    """Work that is cancelled or another unit's: nobody is left who could explain it."""
    for request in store.of_assignment(ctx.session, row.id):
        if request.state is ExplanationState.OPEN:
            request.state = ExplanationState.WITHDRAWN
            record(ctx, "withdraw_explanation", "assignment", row.id, data={"explanation": request.id})


def _load(ctx: Context, request_id: int, permission: Permission) -> tuple[ExplanationRequest, Assignment]:
    found = store.load(ctx.session, request_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy yêu cầu giải trình này."))
    row = change(ctx, found.assignment_id, permission, None)
    ctx.session.refresh(found)
    return found, row


def _demand_open(request: ExplanationRequest) -> None:
    if request.state is not ExplanationState.OPEN:
        raise IllegalMove(N_("Yêu cầu giải trình này đã được trả lời hoặc đã kết thúc."))
