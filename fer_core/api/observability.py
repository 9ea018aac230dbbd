"""What the operator sees: request ids, one structured line per request, Prometheus figures.

Bodies, query strings, header values and keys never get here; a key is named by its id.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from fer_core.api.callers import caller
from fer_core.api.model_loader import ModelService

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_access_log = logging.getLogger("fer_core.api.access")


class JsonLines(logging.Formatter):
    """One JSON object a line; extra fields come from `extra={"fields": {...}}`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class Observer:
    """Follows each request until its answer begins."""

    def __init__(self, models: ModelService) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "fer_http_requests_total",
            "Requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "fer_http_request_duration_seconds",
            "From the request to the start of its answer",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self.registry.register(_EngineFigures(models))

    def install(self, app: Flask) -> None:
        """Stand around every view of the app; install it before anything that may refuse."""
        app.before_request(self._begin)
        app.after_request(self._end)

    def _begin(self) -> None:
        g.started = perf_counter()
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

    def _end(self, response: Response) -> Response:
        seconds = perf_counter() - g.started
        response.headers["X-Request-Id"] = g.request_id
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cache-Control", "no-store")
        route = request.url_rule.rule if request.url_rule else "unmatched"
        method = request.method if request.method in _METHODS else "OTHER"
        self._requests.labels(method, route, str(response.status_code)).inc()
        self._seconds.labels(method, route).observe(seconds)
        log_access(
            request_id=g.request_id,
            method=method,
            route=route,
            status=response.status_code,
            code=g.get("problem_code"),
            ms=round(seconds * 1e3, 1),
            bytes_in=request.content_length,
            bytes_out=response.content_length,
            key=caller().key_id or None,
            address=request.remote_addr,
        )
        return response


def log_access(**fields: str | float | None) -> None:
    """Write the line of one request."""
    _access_log.info("request", extra={"fields": fields})


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _EngineFigures(Collector):
    """The engine's own counters, read when they are asked for."""

    def __init__(self, models: ModelService) -> None:
        self._models = models

    def collect(self) -> Iterator[Metric]:
        """Yield the figures; before the model is loaded only that it is not."""
        engine = self._models.loaded_engine
        yield GaugeMetricFamily(
            "fer_model_loaded", "1 when the model is loaded", 0 if engine is None else 1
        )
        if engine is None:
            return
        stats = engine.stats()
        for name, text, value in (
            ("fer_engine_analysed", "Pictures and frames analysed", stats.analysed),
            ("fer_engine_followed", "Frames for which the refiner alone did", stats.followed),
            ("fer_engine_rejected", "Pictures refused because the queue was full", stats.rejected),
            ("fer_engine_failed", "Analyses that ended in an error", stats.failed),
        ):
            yield CounterMetricFamily(name, text, value)
        yield GaugeMetricFamily("fer_engine_waiting", "Pictures waiting now", stats.waiting)
        yield GaugeMetricFamily(
            "fer_engine_analysis_seconds",
            "Running mean of one analysis",
            stats.mean_ms / 1e3,
        )
