import pytest

from accounts import errors


@pytest.mark.parametrize(
    ("cls", "status", "code", "builtin"),
    [
        (errors.InvalidError, 400, "invalid", ValueError),
        (errors.NotSignedInError, 401, "not_signed_in", Exception),
        (errors.ForbiddenError, 403, "forbidden", Exception),
        (errors.NotFoundError, 404, "not_found", LookupError),
        (errors.ConflictError, 409, "conflict", Exception),
        (errors.TooLargeError, 413, "too_large", Exception),
        (errors.TooManyError, 429, "too_many", Exception),
        (errors.UnavailableError, 503, "unavailable", Exception),
    ],
)
def test_each_error_carries_its_status_code_and_builtin(cls, status, code, builtin):
    error = cls("what happened", hint="what to do")
    assert (error.status, error.code, error.detail, error.hint) == (
        status,
        code,
        "what happened",
        "what to do",
    )
    assert isinstance(error, errors.BeamportError)
    assert isinstance(error, builtin)
    assert cls().detail


def test_fields_are_told_in_the_text_and_a_finer_code_stays_with_its_instance():
    error = errors.InvalidError("bad", fields={"num": ["at least 1"]}, code="plan_parameters")
    assert str(error) == "bad (num: at least 1)"
    assert error.code == "plan_parameters"
    assert errors.InvalidError.code == "invalid"
