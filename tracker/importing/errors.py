"""Why a file was not taken in."""

from tracker.rules.errors import DomainError


class BadDocument(DomainError):
    """The file cannot be read, or is not a programme; one sentence, nothing stored."""
