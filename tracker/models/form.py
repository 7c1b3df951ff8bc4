"""Forms that were sent: the second copy of one acts no more."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class UsedForm(Base):
    __tablename__ = "used_forms"

    token: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[datetime] = mapped_column(index=True)
