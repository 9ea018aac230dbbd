"""POST /api/v1/jobs: a video in; progress, its faces over time and an annotated video out."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from flask import Response, request, url_for
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.callers import caller
from fer_core.api.documentation import SECURITY, answers, ref
from fer_core.api.events import LimitedStream, sse_message
from fer_core.api.problems import UnsupportedMediaType, problem_of
from fer_core.api.schemas.jobs import JobOut, JobPath, JobQuery, JobResultQuery, JobsOut
from fer_core.api.schemas.study import StreamQuery
from fer_core.api.services import StreamPlace, json_response, services
from fer_core.video import exports
from fer_core.video.errors import JobUnfinished
from fer_core.video.jobs import KEPT_S, JobOptions, JobState, VideoJob
from fer_core.video.source import VideoSource

#: Progress is told this often at most, and a comment at least this often. Seconds.
TOLD_EVERY_S, HEARTBEAT_EVERY_S = 0.5, 10.0
RETRY_MS = 2000

jobs = APIBlueprint(
    "jobs",
    __name__,
    url_prefix="/api/v1/jobs",
    abp_tags=[Tag(name="Videos", description="Videos, analysed while one waits")],
    abp_security=SECURITY,
)

_VIDEO = {"schema": {"type": "string", "contentMediaType": "video/mp4"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "One video: MP4, MOV, WebM or MKV.",
        "content": dict.fromkeys(
            (
                "video/mp4",
                "video/quicktime",
                "video/webm",
                "video/x-matroska",
                "application/octet-stream",
            ),
            _VIDEO,
        ),
    }
}
_CREATED = {
    "description": "The job; its address is in Location",
    "headers": {
        "Location": {
            "description": "Address of the job",
            "required": True,
            "schema": {"type": "string"},
        }
    },
    "content": {"application/json": {"schema": ref(JobOut)}},
}
_STREAM = {
    "description": "text/event-stream. `progress`: a Job, twice a second at most; the last one "
    "tells how it ended, and closes the stream.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}
_RESULT = {
    "description": "The faces over time",
    "content": {
        "application/json": {"schema": {"type": "object"}},
        "text/csv": {"schema": {"type": "string"}},
    },
}
_ANNOTATED = {
    "description": "The video with its faces drawn in",
    "content": {"video/mp4": {**_VIDEO, "example": "(bytes)"}},
}


@jobs.post(
    "", operation_id="createJob", responses=answers({202: _CREATED}, 413, 415, 422, 503),
    openapi_extensions=_BODY,
)  # fmt: skip
def create_job(query: JobQuery) -> Response:
    """Have a video analysed

    The video is the body. Videos are analysed one after the other; a few may wait, then the answer
    is 503. Follow the job by its events, fetch its results within an hour of its end. It is known
    to its owner only.
    """
    if not request.mimetype.startswith("video/") and request.mimetype != "application/octet-stream":
        raise UnsupportedMediaType("Send one video, with Content-Type: video/mp4.")
    settings = services().settings
    most = min(settings.max_video_bytes, settings.max_request_bytes)
    source = VideoSource.of_bytes(request.get_data(cache=False), query.name, max_bytes=most)
    options = JobOptions(query.rate, query.people, query.annotate, query.blur)
    job = services().videos.add(caller().owner, source, options)
    response = json_response(job_of(job), 202)
    response.headers["Location"] = url_for("jobs.get_job", job_id=job.job_id)
    return response


@jobs.get("", operation_id="listJobs", responses=answers({200: JobsOut}))
def list_jobs() -> Response:
    """List the jobs of this owner, newest first"""
    return json_response(
        JobsOut(jobs=[job_of(job) for job in services().videos.all(caller().owner)])
    )


@jobs.get("/<job_id>", operation_id="getJob", responses=answers({200: JobOut}, 404))
def get_job(path: JobPath) -> Response:
    """Show how far a job is"""
    return json_response(job_of(_job(path)))


@jobs.post("/<job_id>/cancel", operation_id="cancelJob", responses=answers({200: JobOut}, 404))
def cancel_job(path: JobPath) -> Response:
    """End a job; one that is over stays as it is

    One that runs ends with the frame in hand: ask again, or follow its events.
    """
    job = _job(path)
    services().videos.cancel(job)
    return json_response(job_of(job))


@jobs.delete("/<job_id>", operation_id="deleteJob", responses=answers({204: None}, 404))
def delete_job(path: JobPath) -> Response:
    """Cancel a job and forget it with its results"""
    services().videos.forget(_job(path))
    return Response(status=204)


@jobs.get("/<job_id>/events", operation_id="followJob", responses=answers({200: _STREAM}, 404, 503))
def follow_job(path: JobPath, query: StreamQuery) -> Response:  # noqa: ARG001  (read by security)
    """Follow a job to its end"""
    job, limit = _job(path), services().streams
    place = limit.enter(caller())
    stream = LimitedStream(_follow(job, place), limit, place)
    return Response(stream, content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _follow(job: VideoJob, place: StreamPlace) -> Iterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    version, said_at = 0, monotonic()
    told = ""
    while True:
        is_over = job.is_over
        body = job_of(job).model_dump_json()
        if body != told:
            told, said_at = body, monotonic()
            yield sse_message("progress", body)
        elif monotonic() - said_at >= HEARTBEAT_EVERY_S:
            said_at = monotonic()
            yield ": still here\n\n"
        if is_over or place.wait(TOLD_EVERY_S):
            return
        version = job.wait(version, TOLD_EVERY_S)


@jobs.get(
    "/<job_id>/results",
    operation_id="getJobResults",
    responses=answers({200: _RESULT}, 404, 409, 413, 415, 422),
)
def get_job_results(path: JobPath, query: JobResultQuery) -> Response:
    """Fetch the faces over time, for each second or each analysed frame

    Before the end the answer is 409; of a job that failed it is the problem.
    """
    found = _job(path).result()
    if query.format == "csv":
        body, media_type = exports.to_csv(found, query.per), "text/csv; charset=utf-8"
    else:
        model = services().models.engine.info
        body, media_type = exports.to_json(found, query.per, model), "application/json"
    return Response(
        body,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="video.{query.format}"'},
    )


@jobs.get(
    "/<job_id>/video",
    operation_id="getJobVideo",
    responses=answers({200: _ANNOTATED}, 404, 409, 413, 415, 422),
)
def get_job_video(path: JobPath) -> Response:
    """Fetch the annotated video, where `annotate` was asked for"""
    job = _job(path)
    job.result()
    if job.annotated is None:
        raise JobUnfinished("No annotated video was asked for.")
    return Response(
        job.annotated,
        content_type="video/mp4",
        headers={"Content-Disposition": 'attachment; filename="video-faces.mp4"'},
    )


def _job(path: JobPath) -> VideoJob:
    return services().videos.get(caller().owner, path.job_id)


def job_of(job: VideoJob) -> JobOut:
    """Describe a job."""
    state, progress, found = job.state, job.progress, job.analysis
    running = state is JobState.RUNNING
    return JobOut(
        job_id=job.job_id,
        name=job.source.name,
        state=state.value,
        place=job.place,
        stage=progress.stage if progress is not None else None,
        share=_rounded(job.share),
        at_s=0.0 if progress is None else round(progress.at, 3),
        duration_s=None if progress is None else _rounded(progress.duration_s, 3),
        frames=0 if progress is None else progress.frames,
        left_s=_rounded(progress.left_s, 1) if running and progress is not None else None,
        faces=found.faces if found is not None else None,
        note=found.note if found is not None else "",
        problem=None if job.error is None else problem_of(job.error),
        created_at=job.created_at,
        kept_until=None if job.finished_at is None else job.finished_at + KEPT_S,
    )


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
