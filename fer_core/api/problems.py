"""Every error as one RFC 9457 problem: the map from the core's codes to HTTP, in one table."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, current_app, g, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from fer_core.api.schemas.problems import FieldProblem, Problem
from fer_core.errors import FerError
from fer_core.sizes import megabytes

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1  # one queue of photos is answered within a second
#: More wrong fields are not named: an answer should not outgrow its request.
MOST_FIELD_PROBLEMS = 100

_log = logging.getLogger(__name__)


class ApiError(FerError):
    """An error of HTTP's making: the core knows none of these.

    Attributes:
        retry_after_s: When the same request may succeed, in seconds, if that is known.
        errors: Which fields are wrong.
    """

    def __init__(
        self,
        message: str | None = None,
        *,
        retry_after_s: int | None = None,
        errors: tuple[FieldProblem, ...] = (),
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.errors = errors


class Malformed(ApiError):
    code = "malformed"
    default_message = "The request is not as the contract says."


class Unauthorized(ApiError):
    code = "unauthorized"
    default_message = (
        "Send an API key or a session token as 'Authorization: Bearer KEY', or a key as "
        "'X-Api-Key: KEY'. The one sent is missing, wrong or revoked."
    )


class HostNotAllowed(ApiError):
    code = "host_not_allowed"
    default_message = "Without keys the API answers to this machine's own names only."


class ForwardedWithoutKey(ApiError):
    code = "forwarded_without_key"
    default_message = (
        "This request came through a proxy, and the API has no keys: whoever reaches the proxy "
        "could read the history. Set FER_API_REQUIRE_KEY=true, make a key with 'fer api keys new "
        "LABEL', and send it with each request."
    )


class OriginNotAllowed(ApiError):
    code = "origin_not_allowed"
    default_message = "This web origin may not call the API. Add it to FER_CORS_ORIGINS."


class UnsupportedMediaType(ApiError):
    code = "unsupported_media_type"
    default_message = "This media type is not taken here."


class RequestTooLarge(ApiError):
    code = "request_too_large"
    default_message = "This request is too large."


class TooManyRequests(ApiError):
    code = "rate_limited"
    default_message = "Too many requests. Wait, then go on more slowly."


#: code -> status. An error whose code is missing here has the status of the kind that it is; one
#: of no kind is a defect, and is answered as 500.
STATUS_OF_CODE: dict[str, HTTPStatus] = {
    "malformed": HTTPStatus.BAD_REQUEST,
    "empty_file": HTTPStatus.BAD_REQUEST,
    "unauthorized": HTTPStatus.UNAUTHORIZED,
    "token_expired": HTTPStatus.UNAUTHORIZED,
    "consent_missing": HTTPStatus.FORBIDDEN,
    "host_not_allowed": HTTPStatus.FORBIDDEN,
    "forwarded_without_key": HTTPStatus.FORBIDDEN,
    "key_needed": HTTPStatus.FORBIDDEN,
    "out_of_scope": HTTPStatus.FORBIDDEN,
    "origin_not_allowed": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "owner_not_found": HTTPStatus.NOT_FOUND,
    "session_not_found": HTTPStatus.NOT_FOUND,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "marker_not_found": HTTPStatus.NOT_FOUND,
    "marker_invalid": HTTPStatus.UNPROCESSABLE_ENTITY,
    "markers_full": HTTPStatus.CONFLICT,
    "session_finished": HTTPStatus.CONFLICT,
    "idempotency_conflict": HTTPStatus.CONFLICT,
    "session_elsewhere": HTTPStatus.CONFLICT,
    "reading_full": HTTPStatus.CONFLICT,
    "request_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "image_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "not_an_image": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "image_unusable": HTTPStatus.UNPROCESSABLE_ENTITY,
    "corrupt_image": HTTPStatus.UNPROCESSABLE_ENTITY,
    "too_many_pixels": HTTPStatus.UNPROCESSABLE_ENTITY,
    "job_not_found": HTTPStatus.NOT_FOUND,
    "job_unfinished": HTTPStatus.CONFLICT,
    "video_cancelled": HTTPStatus.CONFLICT,
    "not_a_video": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "video_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "video_unusable": HTTPStatus.UNPROCESSABLE_ENTITY,
    "text_unusable": HTTPStatus.UNPROCESSABLE_ENTITY,
    "video_chapters_invalid": HTTPStatus.UNPROCESSABLE_ENTITY,
    "text_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "card_unusable": HTTPStatus.UNPROCESSABLE_ENTITY,
    "card_invalid": HTTPStatus.UNPROCESSABLE_ENTITY,
    "card_file_invalid": HTTPStatus.UNPROCESSABLE_ENTITY,
    "time_zone_unknown": HTTPStatus.UNPROCESSABLE_ENTITY,
    "card_not_found": HTTPStatus.NOT_FOUND,
    "review_conflict": HTTPStatus.CONFLICT,
    "nothing_to_undo": HTTPStatus.CONFLICT,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
    "quota_exceeded": HTTPStatus.TOO_MANY_REQUESTS,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "not_ready": HTTPStatus.SERVICE_UNAVAILABLE,
    "storage_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "database_too_new": HTTPStatus.SERVICE_UNAVAILABLE,
    "model_unusable": HTTPStatus.SERVICE_UNAVAILABLE,
    "model_not_found": HTTPStatus.SERVICE_UNAVAILABLE,
    "model_changed": HTTPStatus.SERVICE_UNAVAILABLE,
    "library_missing": HTTPStatus.SERVICE_UNAVAILABLE,
}

_CODE_OF_STATUS = {
    HTTPStatus.NOT_FOUND: ("not_found", "There is nothing at this address."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", "This address takes other methods."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("request_too_large", RequestTooLarge.default_message),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        "unsupported_media_type",
        UnsupportedMediaType.default_message,
    ),
}


def status_of(kind: type[FerError]) -> HTTPStatus:
    """Return the status of a kind of error."""
    for ancestor in kind.__mro__:
        status = STATUS_OF_CODE.get(getattr(ancestor, "code", ""))
        if status is not None:
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem_of(error: FerError, instance: str | None = None) -> Problem:
    """Describe an error to a client. Nothing but the error's own public message goes out."""
    status = status_of(type(error))
    return Problem(
        type=f"urn:fer:problem:{error.code}",
        title=status.phrase,
        status=status.value,
        detail=error.message,
        instance=instance,
        code=error.code,
        errors=list(error.errors) if isinstance(error, ApiError) else [],
    )


def problem_response(problem: Problem, retry_after_s: int | None = None) -> Response:
    """Answer with a problem; 503 and 429 say when to come back."""
    response = Response(problem.model_dump_json(), status=problem.status, content_type=MEDIA_TYPE)
    if problem.status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        response.headers["Retry-After"] = str(retry_after_s or RETRY_AFTER_S)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="fer"'
    return response


def register_error_handlers(app: Flask) -> None:
    """Turn everything that can be raised during a request into a problem."""
    app.register_error_handler(FerError, answer_error)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(Exception, _on_defect)


#: What is wrong with a field, by the validator's name for it; the words are ours, not a library's.
_WRONG = {
    "missing": "is missing",
    "extra_forbidden": "is not part of the contract",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than_equal": "must be {le:g} or less",
    "finite_number": "must be a number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_from_float": "must be a whole number",
    "string_type": "must be a text",
    "string_too_short": "must have {min_length} or more characters",
    "string_too_long": "must have {max_length} or fewer characters",
    "string_pattern_mismatch": "must match {pattern}",
    "list_type": "must be a list",
    "too_short": "must have {min_length} or more items",
    "too_long": "must have {max_length} or fewer items",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "value_error": "{error}",
}
_WRONG_SOMEHOW = "is not as the contract says"


def field_problems(error: ValidationError) -> tuple[FieldProblem, ...]:
    """Name the first wrong fields as JSON pointers; the values sent are not repeated."""
    items = error.errors(include_url=False, include_input=False)[:MOST_FIELD_PROBLEMS]
    return tuple(
        FieldProblem(
            pointer="".join(f"/{_escaped(part)}" for part in item["loc"]),
            detail=_WRONG.get(item["type"], _WRONG_SOMEHOW).format(**item.get("ctx", {})),
        )
        for item in items
    )


def _escaped(part: int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")  # RFC 6901


def on_validation_error(error: ValidationError) -> Response:
    """Answer 400 with the list of what is wrong (called by flask-openapi3)."""
    return answer_error(Malformed(errors=field_problems(error)))


def _instance() -> str:
    return f"urn:fer:request:{g.get('request_id', 'unknown')}"


def answer_error(error: FerError) -> Response:
    """Return the problem that an error is; what nobody expected is a defect."""
    if status_of(type(error)) is HTTPStatus.INTERNAL_SERVER_ERROR:
        return _on_defect(error)
    g.problem_code = error.code
    return problem_response(
        problem_of(error, _instance()),
        error.retry_after_s if isinstance(error, ApiError) else None,
    )


def _on_http_exception(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # made above, by on_validation_error
    status = HTTPStatus(error.code or 500)
    code, message = _CODE_OF_STATUS.get(status, (Malformed.code, Malformed.default_message))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _on_defect(error)
    if isinstance(error, RequestEntityTooLarge):
        message = (
            f"At most {megabytes(current_app.config['MAX_CONTENT_LENGTH'])} and "
            f"{current_app.config['MAX_FORM_PARTS']} parts are taken in one request."
        )
    g.problem_code = code
    response = problem_response(
        Problem(
            type=f"urn:fer:problem:{code}",
            title=status.phrase,
            status=status.value,
            detail=message,
            instance=_instance(),
            code=code,
            errors=[],
        )
    )
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _on_defect(error: Exception) -> Response:
    _log.error("defect in %s %s", request.method, request.url_rule, exc_info=error)
    g.problem_code = FerError.code
    return problem_response(problem_of(FerError(), _instance()))
