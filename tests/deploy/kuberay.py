"""The part of KubeRay's RayService (ray.io/v1) and of Kubernetes' Pod that we use, as a schema.

It has the fields and types of the published API references, and allows no others: what Kubernetes
would refuse, or drop without a word, fails here.
https://ray-project.github.io/kuberay/reference/api/
https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
WHOLE: Schema = {"type": "integer", "minimum": 0}
SWITCH: Schema = {"type": "boolean"}
NAME: Schema = {"type": "string", "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63}
QUANTITY: Schema = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"}


def record(required: str, **fields: Schema) -> Schema:
    """Return the schema of an object with these fields and no others."""
    return {
        "type": "object",
        "properties": fields,
        "required": required.split(),
        "additionalProperties": False,
    }


def rows(of: Schema) -> Schema:
    return {"type": "array", "items": of, "minItems": 1}


AMOUNTS = record("", cpu=QUANTITY, memory=QUANTITY)
VOLUME = record(
    "name emptyDir",
    name=NAME,
    emptyDir=record("", medium={"enum": ["", "Memory"]}, sizeLimit=QUANTITY),
)
PORT = record("containerPort", containerPort={**WHOLE, "minimum": 1, "maximum": 65535}, name=NAME)
CONTAINER = record(
    "name image",
    name=NAME,
    image=TEXT,
    ports=rows(PORT),
    envFrom=rows(record("secretRef", secretRef=record("name", name=NAME))),
    env=rows(record("name value", name=TEXT, value={"type": "string"})),
    resources=record("", requests=AMOUNTS, limits=AMOUNTS),
    volumeMounts=rows(record("name mountPath", name=NAME, mountPath=TEXT)),
)
TEMPLATE = record(
    "spec",
    spec=record(
        "containers",
        containers=rows(CONTAINER),
        volumes=rows(VOLUME),
        terminationGracePeriodSeconds=WHOLE,
        automountServiceAccountToken=SWITCH,
        securityContext=record("", runAsNonRoot=SWITCH, runAsUser=WHOLE),
    ),
)
#: Options of `ray start`, always as text.
START: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
HEAD = record("rayStartParams template", rayStartParams=START, template=TEMPLATE)
WORKERS = record(
    "groupName rayStartParams template",
    groupName=NAME,
    replicas=WHOLE,
    minReplicas=WHOLE,
    maxReplicas=WHOLE,
    rayStartParams=START,
    template=TEMPLATE,
)
CLUSTER = record(
    "headGroupSpec",
    rayVersion=TEXT,
    enableInTreeAutoscaling=SWITCH,
    authOptions=record("", mode={"enum": ["disabled", "token"]}),
    headGroupSpec=HEAD,
    workerGroupSpecs=rows(WORKERS),
)
RAY_SERVICE = record(
    "apiVersion kind metadata spec",
    apiVersion={"const": "ray.io/v1"},
    kind={"const": "RayService"},
    metadata=record("name", name=NAME),
    spec=record("rayClusterConfig", serveConfigV2=TEXT, rayClusterConfig=CLUSTER),
)
