"""The files for Ray: fields that exist, one set of numbers, nobody called, nothing on a disk."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
import yaml

from fer_core.config import PROJECT_ROOT
from fer_core.scale.cluster import ENVIRONMENT
from fer_core.scale.options import ClusterOptions
from tests.deploy.kuberay import RAY_SERVICE

DEPLOY = PROJECT_ROOT / "deploy"


def service() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((DEPLOY / "rayservice.yaml").read_text())
    return document


def serve_config() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((DEPLOY / "serve.yaml").read_text())
    return document


def groups() -> list[dict[str, Any]]:
    cluster = service()["spec"]["rayClusterConfig"]
    return [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]


def test_the_manifest_has_the_fields_of_kuberay_and_of_pods() -> None:
    validator = jsonschema.Draft202012Validator(RAY_SERVICE)
    assert [error.message for error in validator.iter_errors(service())] == []


@pytest.mark.parametrize(
    ("there", "field", "value"),
    [
        ((), "kind", "RayServe"),
        (("spec", "rayClusterConfig"), "headGroupSpecs", {}),
        (("spec", "rayClusterConfig", "headGroupSpec", "rayStartParams"), "num-cpus", 0),
        (("spec", "rayClusterConfig", "headGroupSpec", "template"), "specs", {}),
    ],
)
def test_the_schema_notices_what_kubernetes_would_refuse(
    there: tuple[str, ...], field: str, value: object
) -> None:
    document = service()
    place = document
    for step in there:
        place = place[step]
    place[field] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, RAY_SERVICE)


def test_ray_takes_the_config_for_many_machines() -> None:
    schema = pytest.importorskip("ray.serve.schema", reason="needs requirements-scale.txt")
    config = schema.ServeDeploySchema.model_validate(serve_config())
    (application,) = config.applications
    assert application.import_path == "fer_core.scale.application:build"


def test_both_files_have_one_config_with_our_options() -> None:
    assert yaml.safe_load(service()["spec"]["serveConfigV2"]) == serve_config()
    (application,) = serve_config()["applications"]
    assert ClusterOptions(**application["args"]).peers == "node"


def test_the_manifest_names_the_version_that_is_installed() -> None:
    pinned = re.search(
        r"^ray\[serve\]==(\S+)", (PROJECT_ROOT / "requirements-scale.txt").read_text(), re.M
    )
    assert pinned
    assert service()["spec"]["rayClusterConfig"]["rayVersion"] == pinned[1]


def test_nothing_is_reported_and_pictures_stay_in_memory() -> None:
    for group in groups():
        (container,) = group["template"]["spec"]["containers"]
        told = {variable["name"]: variable["value"] for variable in container["env"]}
        assert told["RAY_USAGE_STATS_ENABLED"] == ENVIRONMENT["RAY_USAGE_STATS_ENABLED"]
        assert told["RAY_USAGE_STATS_REPORT_URL"].startswith("http://127.0.0.1:")
        assert told["FER_API_REQUIRE_KEY"] == "true"
        in_memory = {
            volume["name"]
            for volume in group["template"]["spec"]["volumes"]
            if volume["emptyDir"]["medium"] == "Memory"
        }
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        assert mounts["/tmp"] in in_memory
        spilled = group["rayStartParams"]["object-spilling-directory"]
        assert mounts[spilled] in in_memory


def test_ray_asks_no_cloud_where_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = pytest.importorskip("ray._common.usage.usage_lib", reason="needs Ray")
    asked: list[str] = []
    monkeypatch.setattr(usage.requests, "get", lambda url, **_: asked.append(url))
    usage.get_cluster_config_to_report(str(DEPLOY / "ray_bootstrap_config.yaml"))
    assert asked == []
    usage.get_cluster_config_to_report("not there")
    assert asked
