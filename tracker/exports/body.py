"""The body of a document as a tree of headings: what has nothing under it is left out, and only what remains is
numbered. So nobody who writes a section needs to know which others there are."""

from collections.abc import Callable

from tracker.exports.paper import Paper, Picture

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
LETTERS = ("a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m")
# Writes a title with its number, and that of the heading above; "" for one that stands alone. Gives its own number.
Head = Callable[[Paper, str, int | None, str], str]


class Body:
    """What stands under one heading, in order; written down when all of it is known."""

    def __init__(self, title: str = "", head: Head | None = None) -> None:
        self._title, self._head = title, head
        self._inside: list[Body | Callable[[Paper], object]] = []

    def paragraph(self, text: str, *, italic: bool = False, keep: bool = False) -> None:
        self._inside.append(lambda paper: paper.paragraph(text, italic=italic, keep=keep))

    def gap(self, text: str) -> None:
        self._inside.append(lambda paper: paper.gap(text))

    def picture(self, picture: Picture) -> None:
        self._inside.append(lambda paper: paper.picture(picture))

    def under(self, title: str, head: Head) -> "Body":
        """A heading of the next level; it has a number where it has a sibling."""
        self._inside.append(one := Body(title, head))
        return one

    @property
    def is_empty(self) -> bool:
        return all(isinstance(one, Body) and one.is_empty for one in self._inside)

    def write(self, paper: Paper, above: str = "") -> None:
        """`above`: the number of this heading."""
        remain = [one for one in self._inside if isinstance(one, Body) and not one.is_empty]
        for one in self._inside:
            if not isinstance(one, Body):
                one(paper)
            elif not one.is_empty:
                at = remain.index(one) if len(remain) > 1 else None
                one.write(paper, one._head(paper, one._title, at, above) if one._head else "")


def part(paper: Paper, title: str, at: int | None, _above: str) -> str:
    """I. A PART"""
    number = "" if at is None else ROMAN[at]
    paper.part(f"{number}. {title}" if number else title)
    return number


def point(paper: Paper, title: str, at: int | None, _above: str) -> str:
    """1. A point"""
    number = "" if at is None else str(at + 1)
    paper.point(f"{number}. {title}" if number else title)
    return number


def item(paper: Paper, title: str, at: int | None, above: str) -> str:
    """2.1. An item of point 2"""
    number = "" if at is None else f"{above}.{at + 1}".removeprefix(".")
    paper.paragraph(f"{number}. {title}" if number else title, italic=True, keep=True)
    return number


def letter(paper: Paper, title: str, at: int | None, _above: str) -> str:
    """a) A small point:"""
    number = "" if at is None else LETTERS[at]
    paper.paragraph(f"{number}) {title}:" if number else f"{title}:", keep=True)
    return number
