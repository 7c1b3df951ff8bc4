"""A child's name with a place warns; the sentences that offices really write do not."""

from time import perf_counter

import pytest

from tracker.rules.privacy import looks_like_child

CHILDREN = [
    "cháu Nguyễn Văn A, lớp 3B trường tiểu học Cao Xá",
    "Thăm hỏi cháu Nguyễn Thị Bình ở thôn Đông, xã Cao Xá",
    "bé Giáp Minh Châu, sinh ngày 12/3/2019, thôn Trám",
    "Hỗ trợ bé gái Thân Thị Ngọc (SN 2016), trú tại xóm Núi",
    "em Trần Đức Anh, học sinh Trường THCS Lê Quý Đôn, bị đuối nước",
    "Trường hợp học sinh Lê Văn Cường, lớp 8A, bỏ học từ tháng 9",
    "Nguyễn Văn Dũng, lớp 5C, Trường Tiểu học Ngọc Vân được cấp học bổng",
    "Nguyễn Văn Dũng, sinh năm 2014, thôn Hậu, xã Liên Chung",
    "Tại thôn Ngò, cháu Phạm Gia Hân bị xâm hại, đã chuyển cơ quan công an",
    "CHÁU NGUYỄN VĂN A, LỚP 3B, TRƯỜNG TIỂU HỌC CAO XÁ",
    "Chau_Nguyen_Van_A_lop_3B_truong_tieu_hoc_Cao_Xa.pdf",
    "hs-nguyen-thi-b-lop-4a.jpg",
    "Hồ sơ cháu Nguyễn Văn A - thôn Đông.docx",
    "Cháu Nguye\u0302\u0303n Văn A, lớp 3B",
]
NOBODY = [
    "Số trẻ em trên địa bàn xã Cao Xá được tiêm chủng đầy đủ đạt 98%",
    "Trường Tiểu học Cao Xá tổ chức ngày hội đọc sách cho học sinh",
    "Đã tặng 15 suất quà cho các cháu mồ côi tại thôn Đông, xã Cao Xá",
    "Đồng chí Nguyễn Văn A, Chủ tịch UBND xã Cao Xá, dự lễ khai giảng Trường Tiểu học Cao Xá",
    "Bà Nguyễn Thị B, Hiệu trưởng Trường Mầm non Cao Thượng, báo cáo kết quả",
    "Cô Nguyễn Thị B, chủ nhiệm lớp 3B Trường Tiểu học Cao Xá",
    "Tuyên dương 120 Cháu ngoan Bác Hồ tại xã Ngọc Thiện",
    "Hỗ trợ em học sinh nghèo Trường THCS Lê Quý Đôn",
    "Học sinh Trường THPT Tân Yên số 1 tham gia cuộc thi",
    "Trẻ em Hà Nội và trẻ em Bắc Giang giao lưu tại Trường Tiểu học Cao Xá",
    "Chị em Nguyễn Thị Minh Khai thôn Đông thu gom rác thải",
    "Trưởng thôn Nguyễn Văn Tâm, xã Cao Xá, phối hợp rà soát trẻ em có hoàn cảnh đặc biệt",
    "Khám sức khỏe cho trẻ dưới 6 tuổi tại Trạm Y tế xã Việt Lập",
    "cháu Nguyễn Văn A",  # a name alone tells nothing about where
    "Tổng số trẻ em dưới 16 tuổi: 38.412; lớp 1: 100% ra lớp; xã Cao Xá 2.310",
    "Các cháu mẫu giáo lớp 5 tuổi Trường Mầm non Lan Giới được ăn bán trú",
    "Sinh năm 2019 có 3.100 trẻ, xã Ngọc Lý 210 trẻ",
    "bao_cao_tre_em_xa_cao_xa_truong_tieu_hoc.docx",
    "Danh sach truong tieu hoc huyen Tan Yen.xlsx",
    "Ke hoach cham soc tre em thon Dong.pdf",
    "",
]


@pytest.mark.parametrize("text", CHILDREN)
def test_a_child_with_a_place(text: str) -> None:
    assert looks_like_child(text)


@pytest.mark.parametrize("text", NOBODY)
def test_official_sentences(text: str) -> None:
    assert looks_like_child(text) == ""


def test_says_the_words_and_nothing_else() -> None:
    found = looks_like_child("Xã đã đến thăm cháu Nguyễn Văn A, nhà ở thôn Đông, và tặng quà.")
    assert found == "cháu Nguyễn Văn A"


def test_a_name_far_from_a_place_is_let_be() -> None:
    assert looks_like_child("cháu Nguyễn Văn A " + "được khen " * 20 + "ở thôn Đông") == ""


def test_ten_thousand_letters_cost_little() -> None:
    started = perf_counter()
    for piece in ("Nguyễn ", "cháu Nguyễn Văn ", "thôn Đông ", "A" * 50 + " "):
        looks_like_child(piece * (10_000 // len(piece)))
    assert perf_counter() - started < 1
