"""What the browser told of the camera is not trusted to have a form."""

from __future__ import annotations

import pytest

from app.parts.webrtc import error_of


def test_an_error_counts_for_the_attempt_that_it_was_told_of() -> None:
    told = {"name": "NotAllowedError", "attempt": 3}
    assert error_of(told, 3) == "NotAllowedError"
    assert error_of(told, 4) == ""


@pytest.mark.parametrize("told", [None, "words", 7, [], {}, {"attempt": 1}])
def test_what_has_no_form_is_no_error(told: object) -> None:
    assert error_of(told, 1) == ""


def test_a_long_name_is_cut() -> None:
    assert len(error_of({"name": "x" * 1000, "attempt": 1}, 1)) == 40
