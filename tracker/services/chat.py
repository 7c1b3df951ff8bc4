"""The second channel of a person: stored, replaced, forgotten. What goes there is in `services.outbox`."""

from contextlib import closing

from sqlalchemy import func

from tracker.mail.chat import Messenger
from tracker.mail.message import new_message_id
from tracker.mail.template import PREFIX, catalogue
from tracker.models.chat import ChatAddress
from tracker.models.outbox import Channel, OutboxMail
from tracker.models.user import User
from tracker.rules.chat import check_address
from tracker.rules.errors import Invalid, NotAllowed, NotFound
from tracker.rules.permissions import NOWHERE, Permission, may
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import DELIVER_MAIL, Context
from tracker.store import chat as store

JOINED = N_("Từ nay các thông báo quan trọng cũng được gửi đến đây")


def set_address(ctx: Context, user_id: int, address: str) -> None:
    """One's own, of the allowed kinds; an administrator's may be any, for anybody. A first message goes there at once.

    Nothing but the kind of the address is said anywhere.
    """
    person, by_admin = _person(ctx, user_id)
    scheme = check_address(address.strip(), ctx.chat_schemes, by_admin=by_admin)
    with closing(Messenger()) as messenger:
        if not messenger.understands(address.strip()):
            raise Invalid(
                N_("Dịch vụ %(name)s không hiểu địa chỉ này; hãy xem lại từng phần."), field="address", name=scheme
            )
    row = store.row_of(ctx.session, person.id)
    if row is None:
        row = ChatAddress(user_id=person.id, topics=[])
        ctx.session.add(row)
    # The moment that the first message will have.
    row.address, row.scheme, row.by_admin, row.set_at = address.strip(), scheme, by_admin, func.now()
    ctx.session.add(
        OutboxMail(
            kind="chat_joined",
            channel=Channel.CHAT,
            dedupe_key=f"chat_joined:{person.id}:{ctx.now.isoformat()}",
            message_id=new_message_id(ctx.mail_from),
            recipient_id=person.id,
            to_address=f"{scheme}://…",
            to_name=person.name,
            subject=PREFIX + catalogue(person.locale).gettext(JOINED),
            text_body=f"{ctx.base_url}/notifications/preferences",
            html_body="",
        )
    )
    ctx.nudge(DELIVER_MAIL)
    record(ctx, "set_chat", "user", person.id, data={"scheme": scheme})


def forget_address(ctx: Context, user_id: int) -> None:
    """What still waits to go there is given up by the sender."""
    person, _by_admin = _person(ctx, user_id)
    if not store.forget(ctx.session, person.id):
        raise NotFound(N_("Chưa nối kênh chat nào."))
    record(ctx, "forget_chat", "user", person.id)


def _person(ctx: Context, user_id: int) -> tuple[User, bool]:
    """Whose it is, and whether the actor may store what others may not."""
    by_admin = may(ctx.actor, Permission.MANAGE_USERS, NOWHERE)
    if user_id != ctx.actor.user_id and not by_admin:
        raise NotAllowed(N_("Anh/chị chỉ đặt được cách nhận thông báo của mình."))
    person = ctx.session.get(User, user_id)
    if person is None or not person.active:
        raise NotFound(N_("Không tìm thấy người này."))
    return person, by_admin
