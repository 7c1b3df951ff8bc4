"""Deadlines as an iCalendar (RFC 5545): all-day events that take no time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from icalendar import Calendar, Event


class Entry(Protocol):
    """What an event is made of; `nominal_on` where the document names a day off."""

    @property
    def on(self) -> date: ...
    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def nominal_on(self) -> date | None: ...
    @property
    def version(self) -> int: ...
    @property
    def request_id(self) -> int | None: ...


KINDS = {"work": "Hạn", "explanation": "Giải trình", "contribution": "Phối hợp"}


def calendar_file(entries: Sequence[Entry], *, name: str, host: str, base_url: str, now: datetime) -> bytes:
    """CRLF, folded, UTF-8. An event keeps its UID for ever, so that a moved deadline moves and is not doubled."""
    feed = Calendar()
    feed.add("prodid", "-//Giao Viec//VN")
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", name)
    feed.add("x-wr-timezone", "Asia/Ho_Chi_Minh")
    for one in entries:
        feed.add_component(_event(one, host, base_url, now))
    return feed.to_ical()  # type: ignore[no-any-return]


def _event(one: Entry, host: str, base_url: str, now: datetime) -> Event:
    done = one.state in ("completed", "cancelled")
    event = Event()
    event.add("uid", f"{one.kind}-{one.request_id or one.id}@{host}")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", one.on)
    event.add("dtend", one.on + timedelta(days=1))
    event.add("summary", f"{'✓ ' if done else ''}{KINDS[one.kind]}: {one.text[:120]} ({one.unit})")
    words = [one.text, one.unit]
    if one.nominal_on is not None and one.nominal_on != one.on:
        words.append(f"Theo văn bản: {one.nominal_on:%d/%m/%Y}; hạn được tính là {one.on:%d/%m/%Y}.")
    url = f"{base_url}/assignments/{one.id}"
    event.add("description", "\n".join([*words, url]))
    event.add("url", url)
    event.add("categories", [KINDS[one.kind]])
    event.add("sequence", one.version)
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if one.state == "cancelled" else "CONFIRMED")
    return event
