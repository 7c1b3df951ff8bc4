"""Vietnamese words of the table of rights: its columns and its rows."""

from tracker.rules.words import N_

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
    "read_figures": N_("Xem số liệu từng đơn vị"),
}
