"""The shape of every error."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    """One wrong field of a request."""

    model_config = ConfigDict(frozen=True)

    pointer: str = Field(description="Where, as a JSON pointer", examples=["/mode"])
    detail: str = Field(description="What is wrong there")


class Problem(BaseModel):
    """An error (RFC 9457). Programs look at `code`, people read `detail`."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:fer:problem:corrupt_image",
                    "title": "Unprocessable Entity",
                    "status": 422,
                    "detail": "This picture is damaged or incomplete and cannot be opened.",
                    "instance": "urn:fer:request:0f8fad5bd9cb469f",
                    "code": "corrupt_image",
                    "errors": [],
                }
            ]
        },
    )

    type: str = Field(description="urn:fer:problem: and the code")
    title: str = Field(description="The HTTP status in words")
    status: int = Field(ge=400, le=599, description="The HTTP status")
    detail: str = Field(description="What happened and what to do, for people")
    instance: str | None = Field(description="urn:fer:request: and the X-Request-Id of the answer")
    code: str = Field(description="Stable identifier of the error", examples=["corrupt_image"])
    errors: list[FieldProblem] = Field(description="The wrong fields, if fields are wrong")
