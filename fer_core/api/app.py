"""The app factory: puts the parts together, decides nothing itself."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

import fer_core
from fer_core.api import passing_on
from fer_core.api.analyses import analyses
from fer_core.api.callers import KnownOwners
from fer_core.api.cards import cards
from fer_core.api.creations import Creations
from fer_core.api.days import days
from fer_core.api.deck import deck
from fer_core.api.demo_page import demo_page
from fer_core.api.documentation import SECURITY_SCHEMES, build_document, documentation
from fer_core.api.events import events
from fer_core.api.frame_answers import FrameAnswers
from fer_core.api.frames import frames
from fer_core.api.jobs import jobs
from fer_core.api.keys import KeyRing
from fer_core.api.markers import markers
from fer_core.api.model_loader import ModelService
from fer_core.api.observability import Observer
from fer_core.api.owners import owners
from fer_core.api.path_prefix import PathPrefix
from fer_core.api.peers import Whereabouts
from fer_core.api.problems import on_validation_error, register_error_handlers
from fer_core.api.quotas import Quotas
from fer_core.api.reading import reading
from fer_core.api.request_class import ApiRequest, StrictJson
from fer_core.api.results import results
from fer_core.api.schemas.analyses import MAX_IMAGES, Analysis, AnalysisForm
from fer_core.api.schemas.cards import (
    CardAnswer,
    CardEdit,
    CardOut,
    CardPage,
    CardsAdded,
    CardsIn,
    DeckImported,
    MakeCards,
    RecallOut,
    ReviewOut,
)
from fer_core.api.schemas.days import DaysOut
from fer_core.api.schemas.feedback import FeedbackOut, FinishedOut
from fer_core.api.schemas.jobs import JobOut, JobsOut
from fer_core.api.schemas.markers import MarkersIn, MarkersOut
from fer_core.api.schemas.model import Health, ModelOut, Ready
from fer_core.api.schemas.owners import OwnerIn, OwnerOut, OwnerPage, TokenIn, TokenOut
from fer_core.api.schemas.problems import Problem
from fer_core.api.schemas.sessions import SessionOut, SessionPage, SessionRequest
from fer_core.api.schemas.snapshots import ProbeOut, SnapshotOut, SuggestionOut
from fer_core.api.schemas.study import (
    AnswersIn,
    BreakAnswer,
    FrameOut,
    LostIn,
    PassagesSeen,
    PlaybackIn,
    Taken,
    TimelineOut,
)
from fer_core.api.schemas.texts import OpenedTextOut
from fer_core.api.security import RequestGuard
from fer_core.api.services import AppServices, ConcurrencyLimit, StreamLimit, owners_of
from fer_core.api.sessions import sessions
from fer_core.api.system import system
from fer_core.api.texts import texts
from fer_core.api.tokens import TokenSigner, secrets_of
from fer_core.config import Settings
from fer_core.live.per_session import PerSession
from fer_core.live.registry import SessionRegistry
from fer_core.video.analysis import sees_by_engine
from fer_core.video.decoding import VideoLimits
from fer_core.video.jobs import VideoJobs

REQUESTS = (
    *(AnalysisForm, SessionRequest, PassagesSeen, PlaybackIn, LostIn),
    *(AnswersIn, BreakAnswer, MarkersIn, OwnerIn, TokenIn),
)
CARD_REQUESTS = (CardsIn, MakeCards, CardEdit, CardAnswer)
RESPONSES = (
    *(Analysis, ModelOut, Health, Ready, Problem),
    *(SessionOut, SessionPage, FinishedOut, SnapshotOut, FrameOut, Taken, ProbeOut, SuggestionOut),
    *(TimelineOut, FeedbackOut, MarkersOut, JobOut, JobsOut),
    *(CardOut, CardsAdded, CardPage, ReviewOut, DeckImported, RecallOut, DaysOut),
    *(OpenedTextOut, OwnerOut, OwnerPage, TokenOut),
)

#: Large pictures, and those that may hold their decoder: so many at once, of 40 megapixels 120 MB
#: each; so many more wait, each in a thread that frames cannot have, and so long. One of 40
#: megapixels takes 4 s, and one that is made to hold its decoder is given up after 12.
FOREIGN_AT_ONCE, FOREIGN_WAITING, FOREIGN_PATIENCE_S = 2, 6, 30.0

#: Texts have workers of their own, two of them; each that waits holds a thread too.
TEXTS_AT_ONCE = 2

#: What the contract and its page begin with: from nothing to a running session, then the rules.
GUIDE = Path(__file__).with_name("guide.md")


class FerApi(OpenAPI):
    """Flask with our own reading of request bodies."""

    request_class = ApiRequest
    json_provider_class = StrictJson


def create_app(
    settings: Settings,
    models: ModelService,
    keys: KeyRing,
    registry: SessionRegistry,
    *,
    require_key: bool,
    demo: bool = False,
) -> OpenAPI:
    """Make the API.

    Args:
        settings: Limits, origins and rate.
        models: The model; started by the caller, who also closes it.
        keys: The keys that are taken.
        registry: The sessions; watched and closed by the caller.
        require_key: Refuse requests without a key. False is for the loopback interface only.
        demo: Serve the demo page too.

    Raises:
        SettingsError: An origin or the rate cannot be used.
    """
    app = _routes()
    if demo:
        app.register_blueprint(demo_page)
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_PARTS=MAX_IMAGES,
        MAX_FORM_MEMORY_SIZE=100_000,
    )
    observer = Observer(models)
    known = KnownOwners(lambda: owners_of(registry), monotonic)
    tokens = TokenSigner(secrets_of(settings, registry.clock), registry.clock)
    quotas = Quotas(settings.api_owner_quota, settings.api_key_quota, registry, monotonic)
    app.extensions["fer"] = AppServices(
        settings=settings,
        models=models,
        observer=observer,
        plain_limit=ConcurrencyLimit(settings.queue_size),
        foreign_limit=ConcurrencyLimit(
            FOREIGN_AT_ONCE, min(FOREIGN_WAITING, settings.api_threads // 4), FOREIGN_PATIENCE_S
        ),
        text_limit=ConcurrencyLimit(
            TEXTS_AT_ONCE, min(FOREIGN_WAITING, settings.api_threads // 4), FOREIGN_PATIENCE_S
        ),
        sessions=registry,
        owners=known,
        tokens=tokens,
        quotas=quotas,
        whereabouts=Whereabouts(),
        creations=Creations(registry),
        frames=PerSession(lambda _: FrameAnswers()),
        streams=StreamLimit(settings.api_threads // 2, quotas, registry.clock, keys.knows),
        clock=registry.clock,
        videos=VideoJobs(
            lambda: sees_by_engine(models.engine),
            VideoLimits.of(settings),
            registry.clock,
            monotonic,
        ),
    )
    app.extensions["fer_openapi"] = _contract_text()
    observer.install(app)
    RequestGuard(settings, keys, tokens, known, require_key=require_key).install(app)
    register_error_handlers(app)
    passing_on.install(app)
    app.wsgi_app = PathPrefix(app.wsgi_app, settings.api_prefix)  # type: ignore[method-assign]
    return app


def make_contract() -> dict[str, Any]:
    """Return the OpenAPI document, as /openapi.json has it."""
    return build_document(_routes(), (*REQUESTS, *CARD_REQUESTS), RESPONSES)


@cache
def _contract_text() -> str:
    """Return the document as text, made once: no setting changes it, and it takes a while."""
    return json.dumps(make_contract(), ensure_ascii=False)


def _routes() -> FerApi:
    app = FerApi(
        "fer_core.api",
        info=Info(
            title="Expressions API",
            version=fer_core.__version__,
            description=GUIDE.read_text("utf-8"),
        ),
        security_schemes=SECURITY_SCHEMES,
        doc_ui=False,
        validation_error_status=400,
        validation_error_model=Problem,
        validation_error_callback=on_validation_error,
        static_folder=None,
    )
    app.url_map.merge_slashes = False  # one address each: no redirects
    app.register_blueprint(documentation)
    for resource in (
        *(system, analyses, sessions, frames, reading, markers, results, events),
        *(cards, deck, days, jobs, texts, owners),
    ):
        app.register_api(resource)
    return app
