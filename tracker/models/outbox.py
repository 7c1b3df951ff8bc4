"""Rows of mail to send: the truth about what was sent. A Celery message only wakes the sender."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered, by_value
from tracker.models.user import User


class MailState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    # It had left, or may have; a mail server on the way brought it back.
    BOUNCED = "bounced"
    # Somebody decided that it is not to go out; the audit says who and why.
    SKIPPED = "skipped"
    # Never to go out: the person wants this kind in the product only, or has no address that takes mail.
    MUTED = "muted"
    UNADDRESSED = "unaddressed"


class Channel(StrEnum):
    MAIL = "mail"
    CHAT = "chat"


class OutboxMail(Numbered, Base):
    """One mail to one person, inserted in the transaction of its cause; `dedupe_key` names the cause.

    It is also what the person sees in the product, whatever becomes of the mail: kind, subject, text and `read_at`. A
    row of the channel `chat` goes with it under the same cause; its address is in `chat_addresses`, never here.

    The Message-ID stays the same through all tries. `sender` is the number of the session that has claimed it
    (`store.sender`): a claim lasts as long as that session.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("(state = 'sending') = (sender IS NOT NULL)", name="sender_while_sending"),
        CheckConstraint("state = 'bounced' OR (state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
        CheckConstraint("channel = 'mail' OR state NOT IN ('muted', 'unaddressed')", name="mail_withheld"),
        # In the order of the claim: the digests of a sweep have one moment.
        Index("ix_outbox_due", "not_before", "id", postgresql_where=text("state IN ('queued', 'sending')")),
        # Counted on every page.
        Index("ix_outbox_unread", "recipient_id", postgresql_where=text("channel = 'mail' AND read_at IS NULL")),
        Index(None, "recipient_id"),
        Index(None, "programme_ids", postgresql_using="gin"),
        Index(None, "assignment_id"),
        Index(None, "instead_of_id"),
        Index(None, "created_at"),
    )

    kind: Mapped[str]
    channel: Mapped[Channel] = mapped_column(by_value(Channel, "channel"), server_default="mail")
    # A value of rules.notification.Topic, by which the person may have no more such mails; none: they may not.
    topic: Mapped[str | None]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # What an event mail is about; what others are about, `store.told` knows.
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"))
    # The mail that could not be delivered, whose place this one takes.
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    to_address: Mapped[str]
    to_name: Mapped[str]
    # What its assignments belong to: who may read it in the log. Empty: about no assignment.
    programme_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")
    subject: Mapped[str]
    text_body: Mapped[str]
    html_body: Mapped[str]
    state: Mapped[MailState] = mapped_column(by_value(MailState, "state"), default=MailState.QUEUED)
    # By the database's clock: a sweep for another moment (`--at`) still sends its mail now.
    not_before: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(server_default="0")
    sender: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    # By its recipient, in the product.
    read_at: Mapped[datetime | None]

    recipient: Mapped[User | None] = relationship()
    instead_of: Mapped["OutboxMail | None"] = relationship(remote_side="OutboxMail.id", back_populates="passed_on")
    passed_on: Mapped[list["OutboxMail"]] = relationship(back_populates="instead_of", order_by="OutboxMail.id")
    tries: Mapped[list["MailTry"]] = relationship(order_by="MailTry.id")
    bounces: Mapped[list["MailBounce"]] = relationship(order_by="MailBounce.id")


class MailSubject(Base):
    """What a mail is about that neither reminds nor is about one assignment alone: the work that an opening gave."""

    __tablename__ = "mail_subjects"

    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), primary_key=True, autoincrement=False)
    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("assignments.id"), primary_key=True, autoincrement=False, index=True
    )


class MailTry(Numbered, Base):
    """What the mail server answered to one try."""

    __tablename__ = "mail_tries"

    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), index=True)
    at: Mapped[datetime]
    answer: Mapped[str]
    detail: Mapped[str]


class MailBounce(Numbered, Base):
    """What a mail server said of it later, by mail; `key` is the same whenever the same notification is read."""

    __tablename__ = "mail_bounces"

    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    action: Mapped[str]
    recipient: Mapped[str]
    status: Mapped[str]
    diagnostic: Mapped[str]
