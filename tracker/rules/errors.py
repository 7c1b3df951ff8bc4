"""What a service may refuse. The edges turn these into pages, JSON, exit codes and retries."""


class DomainError(Exception):
    """`message` is a Vietnamese msgid with named placeholders; `field` is the form field it belongs to.

    Text among `params` may be a msgid itself (the name of a state): the edge translates both.
    """

    def __init__(self, message: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params
        self.field = field

    def __str__(self) -> str:
        # Without parameters the message may hold a plain percent sign.
        return self.message % self.params if self.params else self.message


class NotFound(DomainError):
    """Not there, or not for this person's eyes: the two look alike on purpose."""


class NotAllowed(DomainError):
    """There, but not for this person to do."""


class IllegalMove(DomainError):
    """The workflow's table has no such step from this state."""


class Invalid(DomainError):
    """Input that cannot be accepted; says which field."""


class Conflict(DomainError):
    """Somebody else changed the thing meanwhile."""
