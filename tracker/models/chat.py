"""Where a person is told beside the mail: one address of a chat or SMS service, which is itself a secret."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class ChatAddress(Base):
    """An Apprise URL. A table of its own: no list of people loads it, and a dump can leave it out."""

    __tablename__ = "chat_addresses"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    address: Mapped[str]
    # All of it that is ever shown.
    scheme: Mapped[str]
    # An administrator's may be of any kind and lead into the house; others' are of the allowed kinds and lead outside.
    by_admin: Mapped[bool]
    # What goes there beside what always does.
    topics: Mapped[list[str]] = mapped_column(server_default="{}")
    set_at: Mapped[datetime]
