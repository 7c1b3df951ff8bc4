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
    "withdraw": N_("Rút lại báo cáo"),
    "return": N_("Trả lại"),
    "confirm": N_("Xác nhận hoàn thành"),
    "suspend": N_("Tạm dừng"),
    "resume": N_("Tiếp tục"),
    "cancel": N_("Hủy nhiệm vụ"),
    "reopen": N_("Mở lại"),
}

# What else happens to an assignment: verbs of the audit that do not move its state.
DEEDS = {
    "draft": N_("Lập dự thảo"),
    "undo": N_("Hoàn tác cập nhật"),
    "hand_on": N_("Chuyển xử lý"),
    "correct_done_on": N_("Sửa ngày hoàn thành"),
    "star": N_("Đưa vào trọng tâm"),
    "unstar": N_("Bỏ khỏi trọng tâm"),
    "demand_evidence": N_("Đổi yêu cầu minh chứng"),
    "split": N_("Giao phần việc"),
    "chase": N_("Đôn đốc"),
    "comment": N_("Trao đổi"),
    "evidence": N_("Minh chứng"),
    "remove": N_("Gỡ minh chứng"),
    "reject_proposal": N_("Không nhận ngày đề xuất, giữ hạn cũ"),
    "ask_contribution": N_("Đề nghị phối hợp"),
    "release_contribution": N_("Không cần phối hợp"),
    "name_contact": N_("Cử đầu mối phối hợp"),
    "ask_extension": N_("Xin gia hạn"),
    "extend": N_("Gia hạn"),
    "undo_extension": N_("Hoàn tác gia hạn"),
    "withdraw_extension": N_("Rút đề nghị gia hạn"),
    "extension_refused": N_("Không đồng ý gia hạn"),
    "extension_proposed": N_("Đề xuất ngày khác"),
    "ask_explanation": N_("Yêu cầu giải trình"),
    "answer_explanation": N_("Giải trình"),
    "close_explanation": N_("Kết thúc giải trình"),
    "withdraw_explanation": N_("Rút yêu cầu giải trình"),
    "escalation": N_("Thư nhắc, đôn đốc tự động"),
    "carry": N_("Chuyển tiếp sang kỳ sau"),
    "promise": N_("Hẹn ngày xong"),
    "undo_promise": N_("Hoàn tác lời hẹn"),
    "promise_broken": N_("Đã quá ngày hẹn, chưa xong"),
    "use_link": N_("Trả lời từ thư"),
    "undo_link": N_("Hoàn tác trả lời từ thư"),
    "move_deadline": N_("Chuyển hạn theo lịch làm việc"),
    "ask_report": N_("Mở kỳ báo cáo"),
    "keep_deadline": N_("Giữ nguyên hạn khi lịch làm việc đổi"),
}

# How often a duty comes back.
RECURRENCES = {
    "yearly": N_("Hằng năm"),
    "half_yearly": N_("6 tháng một lần"),
    "quarterly": N_("Hằng quý"),
    "monthly": N_("Hằng tháng"),
    "once": N_("Một lần"),
}

COORDINATION_STATES = {
    "named": N_("Có tên trong văn bản"),
    "asked": N_("Chờ ý kiến"),
    "contributed": N_("Đã có ý kiến"),
    "not_needed": N_("Không cần"),
}

EXTENSION_STATES = {
    "open": N_("Chờ quyết định"),
    "proposed": N_("Chờ đơn vị trả lời"),
    "granted": N_("Đã đồng ý"),
    "refused": N_("Không đồng ý"),
    "withdrawn": N_("Đã rút"),
}

PROMISE_OUTCOMES = {
    "open": N_("Đang hẹn"),
    "kept": N_("Đúng hẹn"),
    "broken": N_("Lỡ hẹn"),
    "withdrawn": N_("Không còn hiệu lực"),
}

# What may be answered from a mail, without a password.
CHOICES = {
    "received": N_("Đã nhận việc"),
    "on_track": N_("Đang thực hiện, đúng tiến độ"),
    "promise": N_("Sẽ xong vào ngày"),
    "done": N_("Đã xong, xin xác nhận"),
    "blocked": N_("Có vướng mắc"),
    "extension": N_("Xin gia hạn đến ngày"),
    "not_ours": N_("Không thuộc nhiệm vụ của đơn vị"),
}

EXPLANATION_STATES = {
    "open": N_("Chờ giải trình"),
    "answered": N_("Đã giải trình"),
    "closed": N_("Đã kết thúc"),
    "withdrawn": N_("Đã rút"),
}

BULK = {
    "chase": N_("Đôn đốc"),
    "extend": N_("Gia hạn"),
    "reassign": N_("Giao lại"),
    "star": N_("Đưa vào trọng tâm"),
    "unstar": N_("Bỏ khỏi trọng tâm"),
}

# What a line of the timeline is about, for its filter.
TOPICS = {
    "work": N_("Cập nhật"),
    "decision": N_("Quyết định"),
    "talk": N_("Trao đổi"),
    "file": N_("Tệp"),
    "mail": N_("Thư"),
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

# As pages count and filter: `rules.deadlines.shown_class`.
SHOWN_CLASSES = {
    "overdue": CLASSES["overdue"],
    "due_soon": CLASSES["due_soon"],
    "not_due": CLASSES["not_due"],
    "waiting": N_("Nộp trong hạn, chờ xác nhận"),
    "no_deadline": CLASSES["no_deadline"],
    "done_early": CLASSES["done_early"],
    "done_on_time": CLASSES["done_on_time"],
    "done_late": CLASSES["done_late"],
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

LADDER_ROLES = {
    "owner": N_("người thực hiện"),
    "head": N_("lãnh đạo đơn vị"),
    "standing_office": N_("cơ quan thường trực"),
    "deputy_leader": N_("phó chủ tịch phụ trách"),
    "leader": N_("chủ tịch"),
}

LADDER_KINDS = {
    "every": N_("Mọi nhiệm vụ"),
    "starred": N_("Nhiệm vụ trọng tâm"),
    "requested": N_("Đơn vị được đề nghị"),
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
    "bounced": N_("Bị trả lại"),
    "skipped": N_("Quyết định không gửi"),
    "muted": N_("Người nhận đã tắt"),
    "unaddressed": N_("Không có địa chỉ nhận"),
}

# Of a unit's report in a cycle.
FILING_STATES = {
    "expected": N_("Chưa làm"),
    "draft": N_("Đang soạn"),
    "submitted": N_("Đã nộp, chờ xem"),
    "returned": N_("Trả lại để bổ sung"),
    "accepted": N_("Đã tiếp nhận"),
    "exempt": N_("Được miễn"),
}

# What became of telling somebody, in the register of reminders.
REGISTER_RESULTS = {
    "delivered": N_("Đã gửi"),
    "waiting": N_("Chờ gửi"),
    "bounced": N_("Bị trả lại"),
    "failed": N_("Không gửi được"),
    "uncertain": N_("Chưa rõ đã đến"),
    "skipped": N_("Quyết định không gửi"),
    "muted": N_("Người nhận đã tắt thư, xem trong phần mềm"),
    "nobody": N_("Không có ai nhận được thư"),
}

# The same beside a day, in a mail to whoever leads the committee: what did not arrive.
ARRIVED = {
    "waiting": N_("thư đang chờ gửi"),
    "bounced": N_("thư bị trả lại"),
    "failed": N_("thư không gửi được"),
    "uncertain": N_("chưa rõ thư đã đến"),
    "skipped": N_("quyết định không gửi thư"),
    "nobody": N_("không có ai nhận được thư"),
}

# Of a value against its targets: `rules.judgement`.
VERDICTS = {
    "missed": N_("Chưa đạt"),
    "off_path": N_("Chậm lộ trình"),
    "not_yet": N_("Chưa đánh giá được"),
    "on_path": N_("Đúng lộ trình"),
    "met": N_("Đạt"),
}

BETTER = {
    "up": N_("càng cao càng tốt"),
    "down": N_("càng thấp càng tốt"),
    "range": N_("trong khoảng"),
}

STRATA = {
    "rural": N_("nông thôn"),
    "urban": N_("thành thị"),
}

# What a mail is about, for the filter of the mail log.
MAIL_KINDS = {
    "digest": N_("Đôn đốc trong ngày"),
    "leader": N_("Đề nghị lãnh đạo chỉ đạo"),
    "chased": N_("Đôn đốc trực tiếp"),
    "report_asked": N_("Mở kỳ báo cáo"),
    "fallback": N_("Chuyển thư không đến được"),
    "assigned": N_("Giao việc"),
    "declined": N_("Từ chối nhận"),
    "handed_on": N_("Chuyển xử lý"),
    "submitted": N_("Chờ xác nhận"),
    "returned": N_("Trả lại"),
    "confirmed": N_("Xác nhận hoàn thành"),
    "contribution_asked": N_("Đề nghị phối hợp"),
    "contributed": N_("Ý kiến phối hợp"),
    "extension_asked": N_("Xin gia hạn"),
    "extension_granted": N_("Gia hạn"),
    "extension_undone": N_("Hoàn tác gia hạn"),
    "extension_refused": N_("Không đồng ý gia hạn"),
    "extension_proposed": N_("Đề xuất ngày khác"),
    "extension_accepted": N_("Nhận ngày đề xuất"),
    "extension_rejected": N_("Không nhận ngày đề xuất, giữ hạn cũ"),
    "explanation_asked": N_("Yêu cầu giải trình"),
    "explanation_answered": N_("Giải trình"),
    "mentioned": N_("Nhắc đến"),
    "commented": N_("Trao đổi"),
    "opened": N_("Giao việc của kỳ"),
    "answered_from_mail": N_("Đã ghi trả lời từ thư"),
    "answer_told": N_("Trả lời từ thư"),
    "undone_from_mail": N_("Đã hoàn tác trả lời từ thư"),
    "delegation": N_("Ủy quyền"),
    "delegation_ended": N_("Kết thúc ủy quyền"),
    "chat_joined": N_("Nối kênh chat"),
}

# What a person may want in the product only (rules.notification), with examples.
TOPICS_MUTABLE = {
    "reminder": (N_("Nhắc việc của tôi trước hạn"), N_("thư nhắc trong ngày, khi chưa có việc nào đến hạn")),
    "work": (N_("Giao việc"), N_("giao, chuyển xử lý, trả lại, xác nhận hoàn thành")),
    "office": (N_("Đơn vị báo lại"), N_("báo cáo hoàn thành, từ chối nhận, trả lời từ thư, giải trình")),
    "help": (N_("Phối hợp"), N_("đề nghị phối hợp, ý kiến phối hợp")),
    "extension": (N_("Gia hạn"), N_("xin gia hạn và quyết định")),
    "talk": (N_("Trao đổi"), N_("bình luận, nhắc đến anh/chị")),
    "absence": (N_("Ủy quyền"), N_("được ủy quyền, kết thúc ủy quyền")),
}
