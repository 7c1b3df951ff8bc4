"""What an error says, with and without parameters."""

import pickle

from tracker.rules.errors import DomainError, IllegalMove, Invalid, NotFound


def test_text_is_the_message_with_its_parameters() -> None:
    error = Invalid("Dòng %(line)s trùng ngày.", field="ladder", line=3)
    assert str(error) == "Dòng 3 trùng ngày."
    assert (error.message, error.params, error.field) == ("Dòng %(line)s trùng ngày.", {"line": 3}, "ladder")


def test_a_percent_sign_without_parameters_stays_text() -> None:
    assert str(NotFound("Đạt 100% rồi.")) == "Đạt 100% rồi."


def test_it_travels_between_processes_whole() -> None:
    error = pickle.loads(pickle.dumps(IllegalMove("Không thể “%(action)s”.", action="Giao việc")))
    assert isinstance(error, DomainError)
    assert str(error) == "Không thể “Giao việc”."
