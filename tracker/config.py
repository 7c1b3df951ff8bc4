"""Every setting, from the environment or `.env`. A wrong or missing one stops the start with a sentence."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tracker.mail.inbox import read_url
from tracker.mail.transport import open_transport
from tracker.services.context import EvidencePlace
from tracker.store.content import check_url

ROOT = Path(__file__).resolve().parents[1]
# Written by a running `tracker run`, so that commands beside it find its servers.
LOCAL_ENV = ROOT / "var" / "local.env"


# Kinds of addresses that post whatever anywhere.
ANYWHERE = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises", "http", "https"})


class BadSettings(Exception):
    """Says which setting is wrong, in Vietnamese and English."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=(LOCAL_ENV, ROOT / ".env"), env_ignore_empty=True, extra="ignore", frozen=True
    )

    secret_key: str = Field(min_length=32, description="Signs cookies; at least 32 characters, kept secret.")
    database_url: str = Field(description="PostgreSQL, e.g. postgresql://user:password@host:5432/name")
    redis_url: str = Field(description="Redis or Valkey, e.g. redis://:password@host:6379/0")
    mail_url: str = Field(description="smtp://[user:password@]host:port[?starttls=1], smtps://… or file:///folder")
    mail_from: str = Field(default="giao-viec@localhost.localdomain", description="Sender address of every mail.")
    bounce_url: str = Field(
        default="",
        description="Mailbox of what comes back: imaps://user:password@host/INBOX[?move_to=Folder]; empty: none.",
    )
    bounce_token: str = Field(
        default="", description="Secret of whoever posts what came back to /hooks/bounces; empty: nobody may."
    )
    base_url: str = Field(default="http://127.0.0.1:8000", description="Address of the site, for links in mails.")
    secure_cookies: bool = Field(default=True, description="Cookies only over HTTPS; 0 for http://127.0.0.1.")
    trusted_proxies: int = Field(default=0, ge=0, description="Reverse proxies in front that set X-Forwarded-*.")
    rate_limits: bool = Field(
        default=True, description="How often costly pages may be asked; 0: as often as one likes."
    )
    evidence_url: str = Field(
        default=(ROOT / "var" / "evidence").as_uri(),
        description="Content of attached files: file:///folder or s3://bucket[/prefix]?endpoint=…&region=…",
    )
    evidence_key: str = Field(default="", description="Access key of the bucket; empty: the machine's own role.")
    evidence_secret: str = Field(default="", description="Secret of that key.")
    evidence_max_mb: int = Field(default=25, ge=1, le=200, description="Largest attached file, in MB.")
    chat_schemes: str = Field(
        default="tgram,slack,discord,gchat",
        description="Kinds of Apprise addresses that people may store for themselves; -: none.",
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    development: bool = Field(default=False, description="Shows the component gallery at /_components.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port of the web server of `make run`.")

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: str) -> str:
        scheme, _, rest = value.partition("://")
        if scheme not in ("postgresql", "postgresql+psycopg", "postgres") or not rest:
            raise ValueError("phải bắt đầu bằng / must start with postgresql://")
        return f"postgresql+psycopg://{rest}"

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("phải bắt đầu bằng / must start with redis:// or rediss://")
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail(cls, value: str) -> str:
        open_transport(value)
        return value

    @field_validator("bounce_url")
    @classmethod
    def _inbox(cls, value: str) -> str:
        if value:
            read_url(value)
        return value

    @field_validator("bounce_token")
    @classmethod
    def _long(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("quá ngắn, cần ít nhất 32 ký tự / too short, needs 32 characters")
        return value

    @field_validator("evidence_url")
    @classmethod
    def _contents(cls, value: str) -> str:
        return check_url(value)

    @field_validator("chat_schemes")
    @classmethod
    def _chats(cls, value: str) -> str:
        if value.strip() == "-":
            return ""
        names = {name.strip().lower() for name in value.split(",") if name.strip()}
        if not all(name.isalnum() and name.isascii() for name in names):
            raise ValueError("phải là các tên cách nhau dấu phẩy / must be names with commas, such as tgram,slack")
        if names & ANYWHERE:
            raise ValueError(
                "json, xml, form, apprise: chỉ quản trị được đặt cho từng người / only an administrator may store such"
            )
        return ",".join(sorted(names))

    @field_validator("mail_from")
    @classmethod
    def _address(cls, value: str) -> str:
        name, _, domain = value.rpartition("@")
        if not name or not domain or any(char.isspace() for char in value):
            raise ValueError("phải là địa chỉ thư / must be an address, such as giao-viec@example.gov.vn")
        return value

    @field_validator("base_url")
    @classmethod
    def _site(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError("phải bắt đầu bằng / must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("chỉ được là / must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @model_validator(mode="after")
    def _cookies_fit_the_site(self) -> Self:
        site = urlsplit(self.base_url)
        if site.scheme == "https" and not self.secure_cookies:
            raise ValueError("SECURE_COOKIES: BASE_URL là https, phải đặt / is https, set SECURE_COOKIES=1")
        # Browsers send secure cookies over plain HTTP to their own machine only: nobody else could sign in.
        if self.secure_cookies and site.scheme == "http" and site.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("BASE_URL: phải là / must be https://, hoặc / or set SECURE_COOKIES=0")
        return self

    @property
    def allowed_chats(self) -> frozenset[str]:
        return frozenset(self.chat_schemes.split(",")) - {""}

    @property
    def evidence(self) -> EvidencePlace:
        return EvidencePlace(self.evidence_url, self.evidence_key, self.evidence_secret, self.evidence_max_mb)


def load_settings(values: Mapping[str, str] | None = None) -> Settings:
    """From `.env` and the environment; `values`, named as there, go before both. Raises BadSettings."""
    chosen = {name: value for name in Settings.model_fields if (value := (values or {}).get(name.upper()))}
    try:
        return Settings(**chosen)  # type: ignore[arg-type]  # the model turns text into what it needs
    except ValidationError as error:
        lines = [
            ": ".join([*(str(part).upper() for part in one["loc"]), _sentence(one["type"], one["msg"])])
            for one in error.errors(include_input=False)
        ]
        raise BadSettings(
            "Thiếu hoặc sai thiết lập / missing or wrong setting (xem / see .env.example):\n  " + "\n  ".join(lines)
        ) from None


def settings_or_exit() -> Settings:
    """For programs that others start (gunicorn, celery): the sentence and exit code 2 instead of a traceback."""
    try:
        return load_settings()
    except BadSettings as error:
        print(error, file=sys.stderr)  # noqa: T201  # logs are not set up without settings
        raise SystemExit(2) from None


def _sentence(kind: str, message: str) -> str:
    known = {
        "missing": "chưa đặt / is not set",
        "string_too_short": "quá ngắn, cần ít nhất 32 ký tự / too short, needs 32 characters",
        "bool_parsing": "chỉ được là / must be 1 or 0",
        "int_parsing": "phải là số nguyên / must be a whole number",
    }
    return known.get(kind, message.removeprefix("Value error, "))
