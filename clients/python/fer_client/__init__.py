"""A small typed client for the Expressions API: photos, and study sessions frame by frame."""

from fer_client.client import Client
from fer_client.errors import ApiProblem, ServerUnreachable
from fer_client.frames import FrameSender
from fer_client.sessions import Event, Session

__all__ = ["ApiProblem", "Client", "Event", "FrameSender", "ServerUnreachable", "Session"]
