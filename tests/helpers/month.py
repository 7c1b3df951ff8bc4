"""A November of the sample district, day by day: what people do, what they are mailed, and what the database held then.

Every mail goes the way of the product: the sweep, the verbs, the outbox; only the mail server is played.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from tests.helpers.links import KEY, link_of
from tracker.mail.bounce import Action, Bounce
from tracker.mail.link import fill
from tracker.models.assignment import Assignment
from tracker.models.outbox import MailState, OutboxMail
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.models.user import Post, PostRole, User
from tracker.rules.calendar import LOCAL
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import coordination, delegation, explanation, extension, promise
from tracker.services.act import Answer, use
from tracker.services.bounce import record_bounce
from tracker.services.chase import chase
from tracker.services.comment import comment
from tracker.services.context import Context
from tracker.services.duty import set_duty, state_of
from tracker.services.escalation import sweep
from tracker.services.opening import roll_over
from tracker.services.update import update as write

SEED = 2026
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
OFFICE, DEPUTY, CHAIR = "truong.p-ldtbxh", "pho.ubnd-huyen", "truong.ubnd-huyen"
# Without a head since the end of October; whose officer's mailbox is gone; away for two weeks.
HEADLESS, BOUNCING, AWAY = "xa-cao-xa", "canbo.p-gddt", "truong.p-tuphap"
Act = Callable[..., Context]


@dataclass(frozen=True)
class Posted:
    """A mail as its recipient had it, and what the database held about its work when it was written: assignment →
    deadline."""

    id: int
    on: date
    kind: str
    login: str
    role: str
    to_name: str
    subject: str
    text: str
    html: str
    due: dict[int, date | None]


@dataclass
class Month:
    session: Session
    act: Act
    posted: list[Posted] = field(default_factory=list)

    def live(self) -> list[Posted]:
        """November, from its first day to its last."""
        self.random = Random(SEED)
        self._begin()
        day = FIRST
        while day <= LAST:
            roll_over(self._system(day, 8), self.programme)
            sweep(self._system(day, 8))
            self._post(day)
            if self._system(day).calendar.is_working(day):
                self._work(day)
                self._post(day)
            day += timedelta(days=1)
        return self.posted

    def _system(self, day: date, hour: int = 8) -> Context:
        return self.act(at=datetime.combine(day, time(hour), LOCAL))

    def _as(self, login: str, day: date, hour: int = 10) -> Context:
        return self.act(login, at=datetime.combine(day, time(hour), LOCAL))

    def _user(self, login: str) -> User:
        return self.session.scalars(select(User).where(User.login == login)).one()

    def _begin(self) -> None:
        """The end of October: most is taken on, two of five things are done, some fall due earlier than the rest."""
        (self.programme,) = self.session.scalars(select(Programme.id))
        self.role_of = _roles(self.session)
        rows = list(self.session.scalars(select(Assignment).order_by(Assignment.id)))
        self.code = {unit.id: unit.code for unit in self.session.scalars(select(Unit))}
        for n, row in enumerate(rows):
            code = self.code[row.lead_unit_id]
            if n % 11:
                owner = self._user(f"canbo.{code}")
                verbs.accept(self._as(f"truong.{code}", date(2026, 10, 1)), row.id, owner_id=owner.id)
        self.session.flush()
        done = [row.id for n, row in enumerate(rows) if n % 11 and n % 5 < 2]
        on = date(2026, 10, 20)
        values = {"state": State.COMPLETED, "submitted_on": on, "done_on": on, "changed_on": on}
        self.session.execute(update(Assignment).where(Assignment.id.in_(done)).values(**values))
        self.session.expire_all()
        self.rows = [row for row in rows if row.state is not State.COMPLETED]
        for n, due in ((3, date(2026, 10, 30)), (8, date(2026, 11, 6)), (20, date(2026, 11, 6))):
            self.rows[n].due_on = self.rows[n].nominal_due_on = due
        self.early = [self.rows[n] for n in (3, 8, 20)]
        gone = select(User.id).where(User.login == f"truong.{HEADLESS}")
        self.session.execute(
            update(Post).where(Post.user_id.in_(gone), Post.role == PostRole.HEAD).values(valid_to=date(2026, 10, 31))
        )
        roll_over(self._system(date(2026, 10, 30)), self.programme)
        monthly = next(row.duty for row in self.rows if row.duty.key == "IV.9.1")
        self.session.execute(update(Assignment).where(Assignment.duty_id == monthly.id).values(state=State.CANCELLED))
        set_duty(
            self._as(OFFICE, date(2026, 10, 30)), self.programme, monthly.id, recurrence="monthly", wording="",
            seen=state_of(monthly),
        )  # fmt: skip
        self.session.execute(delete(OutboxMail).where(OutboxMail.kind != "opened"))
        self.session.execute(text("UPDATE upcoming_steps SET step_on = '0001-01-01'"))
        self.session.expire_all()
        self.fate = {row.id: self.random.random() for row in self.rows} | {row.id: 0.99 for row in self.early}

    def _post(self, day: date) -> None:
        """The mail server takes what waits; one mailbox is gone, and that mail comes back in the afternoon."""
        while waiting := list(self.session.scalars(select(OutboxMail).where(OutboxMail.state == MailState.QUEUED))):
            for row in waiting:
                moment = datetime.combine(day, time(8, 5), LOCAL)
                row.state, row.sent_at, row.created_at, row.attempts = MailState.SENT, moment, moment, 1
            self.session.flush()
            rows = self.session.execute(select(Assignment.id, Assignment.due_on))
            due = {row.id: row.due_on for row in rows}
            for row in waiting:
                self._keep(row, day, due)
                if row.to_address.startswith(f"{BOUNCING}@") and row.kind == "digest":
                    said = (Action.FAILED, "5.1.1", "550 5.1.1 User unknown")
                    bounce = Bounce(f"bounce{row.id}", row.message_id, row.to_address, *said)
                    record_bounce(self._system(day, 14), bounce)
            self.session.flush()

    def _keep(self, row: OutboxMail, day: date, due: dict[int, date | None]) -> None:
        login = row.recipient.login if row.recipient else ""
        bodies = [fill(body, KEY, row.message_id) for body in (row.text_body, row.html_body)]
        role = self.role_of.get(login, "khác")
        self.posted.append(Posted(row.id, day, row.kind, login, role, row.to_name, row.subject, *bodies, due))

    # -- what people do ------------------------------------------------------------------------------------------

    def _work(self, day: date) -> None:
        for row in self.rows:
            self.session.refresh(row)
            self._one(row, day)
        for what in _STORY.get(day, ()):
            what(self, day)
        self.session.flush()

    def _head(self, row: Assignment) -> str:
        return f"truong.{self.code[row.lead_unit_id]}"

    def _one(self, row: Assignment, day: date) -> None:
        """Most do what they are asked for, each in their own time."""
        fate, head = self.fate[row.id], self._head(row)
        if row.state is State.SUBMITTED and day >= (row.submitted_on or day) + timedelta(days=2):
            verbs.confirm(self._as(OFFICE, day, 15), row.id)
        if row.state not in (State.ASSIGNED, State.IN_PROGRESS) or head == f"truong.{HEADLESS}":
            return
        if day == date(2026, 11, 6) and fate < 0.62 and row.state is State.ASSIGNED:
            verbs.accept(self._as(head, day, 9), row.id)
        if row.state is not State.IN_PROGRESS:
            return
        if day == date(2026, 11, 9) and fate < 0.5:
            signal = "blocked" if fate < 0.05 else "on_track"
            note = "Chờ hướng dẫn của cấp trên." if fate < 0.05 else "Đang tổng hợp số liệu các xã."
            write(self._as(head, day, 11), row.id, signal=signal, text=note, percent=int(40 + fate * 100))
        if fate < 0.62 and day >= date(2026, 11, 12) + timedelta(days=int(fate * 25)):
            verbs.submit(self._as(head, day, 14), row.id, result="Đã hoàn thành, báo cáo kèm theo.", done_on=day)

    def _late(self, *, n: int) -> Assignment:
        """The n-th of what nobody means to finish; of a unit with a head."""
        found = [
            row for row in self.rows
            if self.fate[row.id] > 0.7 and self.code[row.lead_unit_id] != HEADLESS and row.state is State.IN_PROGRESS
            and row not in self.early
        ]  # fmt: skip
        return found[n]

    def decline(self, day: date) -> None:
        row = next(one for one in self.rows if one.state is State.ASSIGNED and self.code[one.lead_unit_id] != HEADLESS)
        verbs.decline(self._as(self._head(row), day), row.id, reason="Không đúng chức năng, nhiệm vụ của phòng.")
        reason = "Đúng chức năng theo quyết định thành lập phòng; đề nghị tiếp tục thực hiện."
        verbs.reassign(self._as(OFFICE, day, 15), row.id, lead_unit_id=row.lead_unit_id, reason=reason)

    def be_away(self, day: date) -> None:
        (post,) = self.session.scalars(select(Post).where(Post.user_id == self._user(AWAY).id))
        acting = self._user(AWAY.replace("truong", "canbo"))
        delegation.delegate(
            self._as(AWAY, day), post.unit_id, absent_id=post.user_id, acting_id=acting.id, valid_from=day,
            valid_to=day + timedelta(days=14),
        )  # fmt: skip

    def chair_away(self, day: date) -> None:
        post = self.session.scalars(select(Post).where(Post.user_id == self._user(CHAIR).id)).one()
        delegation.delegate(
            self._as(CHAIR, day), post.unit_id, absent_id=post.user_id, acting_id=self._user(DEPUTY).id,
            valid_from=day, valid_to=day + timedelta(days=4),
        )  # fmt: skip

    def ask_for_time(self, day: date) -> None:
        row = self._late(n=0)
        reason = "Chờ kinh phí được phê duyệt trong tháng 11."
        extension.ask(self._as(self._head(row), day), row.id, asked_due_on=date(2026, 12, 4), reason=reason)
        self.asked = row

    def grant(self, day: date) -> None:
        request = next(one for one in extension.store.of_assignment(self.session, self.asked.id))
        extension.decide(self._as(OFFICE, day), request.id, decision="granted", due_on=date(2026, 12, 4))

    def promise(self, day: date) -> None:
        """Three promise; nobody keeps it."""
        for n in (1, 2, 3):
            row = self._late(n=n)
            promise.promise(self._as(self._head(row), day), row.id, promised_on=date(2026, 11, 24))

    def promise_and_keep(self, day: date) -> None:
        row = next(one for one in self.rows if 0.62 <= self.fate[one.id] <= 0.7 and one.state is State.IN_PROGRESS)
        promise.promise(self._as(self._head(row), day), row.id, promised_on=date(2026, 11, 20))
        self.kept = row

    def keep(self, day: date) -> None:
        verbs.submit(self._as(self._head(self.kept), day), self.kept.id, result="Đã xong như đã hẹn.", done_on=day)

    def give_back(self, day: date) -> None:
        row = next(one for one in self.rows if one.state is State.SUBMITTED)
        verbs.return_(self._as(OFFICE, day, 16), row.id, reason="Thiếu số liệu của hai xã Cao Xá và Ngọc Lý.")

    def talk(self, day: date) -> None:
        row = self._late(n=4)
        head = self._user(self._head(row))
        comment(self._as(OFFICE, day), row.id, text="Đề nghị gửi trước số liệu 9 tháng.", users=[head.id])
        helper = self.session.scalars(select(Unit).where(Unit.code == "congan")).one()
        coordination.ask(
            self._as(self._head(row), day), row.id, helper.id, question="Số vụ việc liên quan trẻ em năm 2026?",
            due_on=day + timedelta(days=7),
        )  # fmt: skip

    def answer_from_mail(self, day: date) -> None:
        row = self._late(n=5)
        chase(self._as(OFFICE, day, 9), row.id, text="Đề nghị báo cáo tiến độ trước 16 giờ hôm nay.")
        self.session.flush()
        token = link_of(self.session, self._head(row), "chased")
        use(self._system(day, 11), token, Answer("promise", day + timedelta(days=3), "Đang hoàn thiện phụ lục."))

    def chase_by_hand(self, day: date) -> None:
        for n in (1, 6):
            chase(self._as(OFFICE, day), self._late(n=n).id, text="Đề nghị hoàn thành và báo cáo trong tuần này.")

    def ask_why(self, day: date) -> None:
        row = self._late(n=1)
        question = "Đề nghị giải trình lý do chậm và thời điểm hoàn thành."
        asked = explanation.ask(self._as(DEPUTY, day), row.id, question=question, due_on=day + timedelta(days=3))
        self.question = asked.id

    def explain(self, day: date) -> None:
        row = self._late(n=1)
        explanation.answer(self._as(self._head(row), day), self.question, text="Hai xã gửi số liệu chậm; xong 02/12.")


_STORY: dict[date, tuple[Callable[[Month, date], None], ...]] = {
    date(2026, 11, 4): (Month.decline,),
    date(2026, 11, 9): (Month.be_away,),
    date(2026, 11, 11): (Month.ask_for_time, Month.talk),
    date(2026, 11, 16): (Month.grant,),
    date(2026, 11, 17): (Month.give_back, Month.promise_and_keep),
    date(2026, 11, 20): (Month.promise, Month.keep),
    date(2026, 11, 23): (Month.answer_from_mail, Month.chase_by_hand),
    date(2026, 11, 25): (Month.chair_away,),
    date(2026, 11, 26): (Month.ask_why,),
    date(2026, 11, 27): (Month.explain,),
}
_ROLES = {
    PostRole.HEAD: "lãnh đạo đơn vị", PostRole.DEPUTY: "lãnh đạo đơn vị", PostRole.OFFICER: "cán bộ đơn vị"
}  # fmt: skip


def _roles(session: Session) -> dict[str, str]:
    """Login → who they are in the ladder's words."""
    rows = session.execute(
        select(User.login, Post.role, Unit.code).join(Post, Post.user_id == User.id).join(Unit, Unit.id == Post.unit_id)
    )
    found = {}
    for login, role, code in rows:
        leads = code == "ubnd-huyen"
        found[login] = "lãnh đạo UBND" if leads else "cơ quan thường trực" if code == "p-ldtbxh" else _ROLES[role]
    return found
