"""A small typed client for the Expressions API: photos, and study sessions frame by frame."""

from fer_client.client import Client
from fer_client.errors import ApiProblem, ServerUnreachable
from fer_client.frames import FrameSender
from fer_client.owners import Owners
from fer_client.sessions import Event, Session

#: Its first two numbers are those of the API whose contract it speaks.
__version__ = "1.0.0"

__all__ = [
    "ApiProblem",
    "Client",
    "Event",
    "FrameSender",
    "Owners",
    "ServerUnreachable",
    "Session",
]
