"""What stops a command of the training package, in words for the person who typed it."""

from __future__ import annotations


class TrainingError(Exception):
    """Base of every error that the commands explain; the message says what and where."""


class DataError(TrainingError):
    """The training data cannot be used as it is; the message says which file and why."""


class UnreadablePicture(DataError):
    """A picture is missing or cannot be decoded; the message names it."""


class CheckpointError(TrainingError):
    """A checkpoint cannot be used, or its export is not it; the message says which and why."""


class OptionError(TrainingError):
    """Options of a command that do not go together."""
