"""Which addresses of chat and SMS services may be stored by whom."""

import re
from collections.abc import Collection

from tracker.rules.errors import Invalid
from tracker.rules.words import N_

_SCHEME = re.compile(r"([A-Za-z0-9]{1,32})://\S")
LONGEST = 1_000


def scheme_of(address: str) -> str:
    """What stands before "://", in small letters; empty for what is no address."""
    found = _SCHEME.match(address)
    return found[1].lower() if found and address.isprintable() and " " not in address else ""


def check_address(address: str, allowed: Collection[str], *, by_admin: bool) -> str:
    """The address's kind. Raises Invalid, without any part of the address.

    Whatever follows "?" tells the sender what to do (take a file of its own machine as a template, trust any
    certificate): only an administrator says such things.
    """
    scheme = scheme_of(address)
    if not scheme or len(address) > LONGEST:
        raise Invalid(N_("Địa chỉ phải có dạng tên-dịch-vụ://…, không có dấu cách."), field="address")
    if by_admin:
        return scheme
    if scheme not in allowed:
        raise Invalid(
            N_("Chỉ dùng được các dịch vụ: %(names)s. Dịch vụ khác do quản trị hệ thống đặt."),
            field="address",
            names=", ".join(sorted(allowed)) or "–",
        )
    if "?" in address or "#" in address:
        raise Invalid(N_("Địa chỉ không được có phần sau dấu ? hoặc #."), field="address")
    return scheme
