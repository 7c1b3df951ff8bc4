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

# Who somebody can be towards an assignment or a programme: the columns of the table of rights.
PARTIES = {
    "lead_head": N_("Lãnh đạo đơn vị chủ trì"),
    "lead_member": N_("Người của đơn vị chủ trì"),
    "owner": N_("Người thực hiện"),
    "trusted_owner": N_("Người thực hiện được giao báo cáo"),
    "coordinating_head": N_("Lãnh đạo đơn vị phối hợp"),
    "coordinating": N_("Người của đơn vị phối hợp"),
    "whole_lead": N_("Đơn vị chủ trì nhiệm vụ chung"),
    "standing_office": N_("Cơ quan thường trực"),
    "standing_head": N_("Thủ trưởng cơ quan thường trực"),
    "leader": N_("Lãnh đạo UBND"),
    "finance": N_("Cơ quan tài chính"),
    "admin": N_("Quản trị hệ thống"),
    "auditor": N_("Thanh tra, kiểm tra"),
    "system": N_("Hệ thống tự động"),
}

# What there is to do besides the workflow's actions: the rows of the table of rights.
PERMISSIONS = {
    "view": N_("Xem nhiệm vụ"),
    "comment": N_("Trao đổi"),
    "hand_on": N_("Chuyển xử lý trong đơn vị"),
    "split": N_("Giao phần việc"),
    "star": N_("Đưa vào trọng tâm"),
    "demand_evidence": N_("Yêu cầu minh chứng"),
    "correct_done_on": N_("Sửa ngày hoàn thành"),
    "chase": N_("Đôn đốc, xử lý nhiều nhiệm vụ"),
    "ask_contribution": N_("Đề nghị đơn vị phối hợp"),
    "name_contact": N_("Cử đầu mối phối hợp"),
    "promise": N_("Hẹn ngày xong"),
    "ask_extension": N_("Xin gia hạn"),
    "decide_extension": N_("Quyết định gia hạn"),
    "ask_explanation": N_("Yêu cầu giải trình"),
    "answer_explanation": N_("Giải trình"),
    "delegate": N_("Cử người thay khi vắng mặt"),
    "set_programme": N_("Đặt thông số của chương trình"),
    "set_working_days": N_("Sửa lịch làm việc"),
    "monitor": N_("Xem trang theo dõi"),
    "run_cycle": N_("Lập, mở, đóng kỳ báo cáo"),
    "write_report": N_("Soạn báo cáo của đơn vị"),
    "give_keys": N_("Cấp mã đọc dữ liệu"),
    "build_report": N_("Lập báo cáo tổng hợp"),
    "import_programme": N_("Nhập văn bản chương trình"),
    "read_mail_log": N_("Xem nhật ký thư"),
    "read_register": N_("Xem sổ đôn đốc"),
    "manage_users": N_("Quản lý tài khoản"),
    "read_rights": N_("Xem bảng quyền"),
    "report_figure": N_("Ghi số liệu chỉ tiêu"),
    "accept_figure": N_("Duyệt số liệu chỉ tiêu"),
    "set_baseline": N_("Đặt số liệu năm gốc"),
    "enter_budget": N_("Ghi dự toán, số đã chi"),
    "approve_budget": N_("Ghi kinh phí được duyệt"),
    "read_budget": N_("Xem kinh phí"),
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
    "nobody": N_("Không có ai nhận được thư"),
}

# Of a value against its targets: `rules.judgement`.
VERDICTS = {
    "missed": N_("Chưa đạt"),
    "off_path": N_("Chậm lộ trình"),
    "not_yet": N_("Chưa đánh giá được"),
    "on_path": N_("Đúng lộ trình"),
    "met": N_("Đạt"),
}

STRATA = {
    "rural": N_("nông thôn"),
    "urban": N_("thành thị"),
}

BUDGET_SOURCES = {
    "central": N_("Ngân sách trung ương"),
    "province": N_("Ngân sách tỉnh"),
    "district": N_("Ngân sách huyện"),
    "commune": N_("Ngân sách xã"),
    "social": N_("Xã hội hóa"),
}

# What a mail is about, for the filter of the mail log.
MAIL_KINDS = {
    "digest": N_("Đôn đốc trong ngày"),
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
}
