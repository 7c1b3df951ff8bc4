"""Several small questions in one statement: on the way to the database each alone costs more than in it."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


class Together:
    """Named questions, each the text of a SELECT; they may share values."""

    def __init__(self, **questions: str) -> None:
        asked = (f"(SELECT json_agg(q) FROM ({sql}) AS q) AS {name}" for name, sql in questions.items())
        self._statement = text(f"SELECT {', '.join(asked)}")

    def ask(self, session: Session, **values: Any) -> dict[str, list[dict[str, Any]]]:
        """The rows of each question, in its order, as JSON has them: days and moments are texts."""
        row = session.execute(self._statement, values).one()
        return {name: found or [] for name, found in row._mapping.items()}
