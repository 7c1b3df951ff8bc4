"""Vietnamese words for the values that the code stores. English comes from the catalogue at the edge."""


def N_(message: str) -> str:
    """Mark a msgid for extraction; the edge translates it."""
    return message


STATES = {
    "draft": N_("Dự thảo"),
    "assigned": N_("Chưa nhận"),
    "in_progress": N_("Đang thực hiện"),
    "submitted": N_("Chờ xác nhận"),
    "completed": N_("Hoàn thành"),
    "declined": N_("Từ chối nhận"),
    "suspended": N_("Tạm dừng"),
    "cancelled": N_("Đã hủy"),
}

ACTIONS = {
    "issue": N_("Giao việc"),
    "accept": N_("Nhận việc"),
    "decline": N_("Từ chối nhận"),
    "reassign": N_("Giao lại"),
    "update": N_("Cập nhật tiến độ"),
    "note": N_("Góp ý kiến phối hợp"),
    "submit": N_("Báo cáo hoàn thành"),
    "return": N_("Trả lại"),
    "confirm": N_("Xác nhận hoàn thành"),
    "suspend": N_("Tạm dừng"),
    "resume": N_("Tiếp tục"),
    "cancel": N_("Hủy nhiệm vụ"),
    "reopen": N_("Mở lại"),
}

CLASSES = {
    "no_deadline": N_("Không có thời hạn"),
    "not_due": N_("Chưa đến hạn"),
    "due_soon": N_("Sắp đến hạn"),
    "overdue": N_("Quá hạn"),
    "done_early": N_("Xong trước hạn"),
    "done_on_time": N_("Xong đúng hạn"),
    "done_late": N_("Xong quá hạn"),
}

BANDS = {
    1: N_("1–5 ngày làm việc"),
    2: N_("6–20 ngày làm việc"),
    3: N_("trên 20 ngày làm việc"),
}

OFFICIAL_CLASSES = {
    "done_on_time": N_("Hoàn thành đúng hạn"),
    "done_late": N_("Hoàn thành quá hạn"),
    "open_in_time": N_("Chưa hoàn thành, trong hạn"),
    "open_overdue": N_("Chưa hoàn thành, quá hạn"),
}

POST_ROLES = {
    "head": N_("Lãnh đạo đơn vị"),
    "deputy": N_("Phó lãnh đạo đơn vị"),
    "officer": N_("Cán bộ"),
}

LADDER_ROLES = {
    "owner": N_("người thực hiện"),
    "head": N_("lãnh đạo đơn vị"),
    "standing_office": N_("cơ quan thường trực"),
    "deputy_leader": N_("phó chủ tịch phụ trách"),
    "leader": N_("chủ tịch"),
}

SIGNALS = {
    "on_track": N_("Đúng tiến độ"),
    "blocked": N_("Có vướng mắc"),
    "done": N_("Đã xong"),
    "note": N_("Ý kiến phối hợp"),
}

MAIL_STATES = {
    "queued": N_("Chờ gửi"),
    "sending": N_("Đang gửi"),
    "sent": N_("Đã gửi"),
    "failed": N_("Không gửi được"),
    "uncertain": N_("Chưa rõ đã đến"),
}
