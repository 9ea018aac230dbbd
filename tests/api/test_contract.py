"""The document and the server agree: whatever the document allows is answered as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from fer_core.api.app import make_contract
from fer_core.video import jobs
from tests.api.conftest import MakeApp

if TYPE_CHECKING:
    # Every test process collects this file, one runs it: a second of processor for each.
    import schemathesis


@pytest.fixture
def app(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(jobs, "MOST_WAITING", 1000)  # busy is no fault, and no news here
    return make_app(api_rate_limit="100000/second")


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    contract: dict[str, Any] = client.get("/openapi.json").get_json()
    return contract


#: Beyond their schema: which bytes are a picture or a text, which probe was asked, that `to` comes
#: after `from`, which name is a time zone, what makes a card.
MORE_THAN_A_SCHEMA_SAYS = {
    "/api/v1/analyses",
    "/api/v1/sessions",
    "/api/v1/sessions/{session_id}/frames",
    "/api/v1/sessions/{session_id}/passages",
    "/api/v1/sessions/{session_id}/answers",
    "/api/v1/cards",
    "/api/v1/cards/{card_id}",
    "/api/v1/cards/{card_id}/answers",
    "/api/v1/deck",
    "/api/v1/review",
    "/api/v1/days",
    "/api/v1/sessions/{session_id}/playback",
    "/api/v1/sessions/{session_id}/markers",
    "/api/v1/sessions/{session_id}/markers/csv",
    "/api/v1/jobs",
    "/api/v1/owners",
    "/api/v1/texts",
}
#: Never ends, so it has tests of its own.
ENDLESS = "/api/v1/sessions/{session_id}/events"


def operations() -> list[tuple[str, str]]:
    """Return every operation of the document but the endless one, as path and method."""
    paths = make_contract()["paths"]
    return [(path, method) for path, item in paths.items() for method in item if path != ENDLESS]


@pytest.mark.parametrize(("path", "method"), operations())
def test_every_answer_is_documented(app: Flask, path: str, method: str) -> None:
    import schemathesis
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    contract = schemathesis.openapi.from_wsgi("/openapi.json", app)

    @given(case=contract[path][method].as_strategy())
    @settings(
        max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    def check(case: schemathesis.Case[Any]) -> None:
        skips = path in MORE_THAN_A_SCHEMA_SAYS
        case.call_and_validate(excluded_checks=[positive_data_acceptance] if skips else [])

    check()


def test_what_one_answer_links_to_works(app: Flask) -> None:
    import schemathesis

    contract = schemathesis.openapi.from_wsgi("/openapi.json", app)
    contract.config.checks.positive_data_acceptance.enabled = False
    # By design a session is gone after these, which the checks would take for a fault.
    forgetful = ["finishSession", "deleteSessions"]
    # Jobs go on by themselves: the same steps do not give the same answers twice.
    left_out = contract.exclude(path_regex=r"/events$|/jobs").exclude(operation_id=forgetful)
    machine = left_out.as_state_machine()
    machine.run(
        settings=settings(
            max_examples=15,
            stateful_step_count=6,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
    )


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")


def test_every_operation_documents_its_problems(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            problems = {
                status: answer
                for status, answer in operation["responses"].items()
                if int(status) >= 400
            }
            assert {"400", "401", "403", "429", "500"} <= set(problems), f"{method} {path}"
            for answer in problems.values():
                assert list(answer["content"]) == ["application/problem+json"]


def test_every_operation_on_a_session_says_what_can_be_in_its_way(
    document: dict[str, Any],
) -> None:
    changes = {"sendFrame", "reportPassages", "sendAnswers", "getProbe", "pauseSession",
               "resumeSession", "finishSession", "answerBreak"}  # fmt: skip
    for path, item in document["paths"].items():
        for operation in item.values():
            if "{session_id}" in path:
                expected = {"404", "503"}
                if operation["operationId"] in changes:
                    expected.add("409")
                assert expected <= set(operation["responses"]), operation["operationId"]


def answers_with_a_body(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (operation["operationId"], media_type, content)
        for item in document["paths"].values()
        for operation in item.values()
        for answer in operation["responses"].values()
        for media_type, content in answer.get("content", {}).items()
    ]


def test_every_answer_has_an_example_that_keeps_to_its_schema(document: dict[str, Any]) -> None:
    answers = answers_with_a_body(document)
    assert len(answers) > 100
    for operation, media_type, content in answers:
        examples = [each["value"] for each in content.get("examples", {}).values()]
        examples += [content["example"]] if "example" in content else []
        assert examples, f"{operation} {media_type}: run python -m tests.api.record_examples"
        schema = {**content["schema"], "components": document["components"]}
        for example in examples:
            Draft202012Validator(schema).validate(example)


def test_every_json_request_has_an_example_that_keeps_to_its_schema(
    document: dict[str, Any],
) -> None:
    asked = 0
    for item in document["paths"].values():
        for operation in item.values():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            name = content["schema"]["$ref"].rpartition("/")[2]
            schema = document["components"]["schemas"][name]
            for example in schema["examples"]:
                whole = {**content["schema"], "components": document["components"]}
                Draft202012Validator(whole).validate(example)
                asked += 1
    assert asked >= 4


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        found = [value for key, value in node.items() if key == "$ref"]
        return found + [ref for value in node.values() for ref in references(value)]
    if isinstance(node, list):
        return [ref for value in node for ref in references(value)]
    return []


def test_every_address_of_the_server_is_in_the_document(
    app: Flask, document: dict[str, Any]
) -> None:
    outside = {"/openapi.json", "/docs", "/docs/{name}"}
    rules = {rule.rule.replace("<", "{").replace(">", "}") for rule in app.url_map.iter_rules()}
    assert rules - outside == set(document["paths"])


@pytest.mark.parametrize("path", ["/docs", "/docs/start.js", "/docs/swagger-ui-bundle.js"])
def test_the_docs_page_loads_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    if not path.endswith("bundle.js"):
        assert b"http" not in answer.data
    if path == "/docs":
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "http" not in policy


def test_nothing_else_lies_under_docs(client: FlaskClient) -> None:
    assert client.get("/docs/..%2f..%2fconfig.py").status_code == 404
    assert client.get("/docs/templates").status_code == 404
