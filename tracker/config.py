"""Every setting, from the environment or `.env`. A wrong or missing one stops the start with a sentence."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tracker.mail.transport import open_transport

ROOT = Path(__file__).resolve().parents[1]
# Written by a running `tracker run`, so that commands beside it find its servers.
LOCAL_ENV = ROOT / "var" / "local.env"


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
    base_url: str = Field(default="http://127.0.0.1:8000", description="Address of the site, for links in mails.")
    secure_cookies: bool = Field(default=True, description="Cookies only over HTTPS; 0 for http://127.0.0.1.")
    trusted_proxies: int = Field(default=0, ge=0, description="Reverse proxies in front that set X-Forwarded-*.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    development: bool = Field(default=False, description="Shows the component gallery at /_components.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port of the web server of `make run`.")

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: str) -> str:
        scheme, _, rest = value.partition("://")
        if scheme not in ("postgresql", "postgresql+psycopg", "postgres") or not rest:
            raise ValueError("must start with postgresql://")
        return f"postgresql+psycopg://{rest}"

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must start with redis:// or rediss://")
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail(cls, value: str) -> str:
        open_transport(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _address(cls, value: str) -> str:
        name, _, domain = value.rpartition("@")
        if not name or not domain or any(char.isspace() for char in value):
            raise ValueError("must be an address such as giao-viec@example.gov.vn")
        return value

    @field_validator("base_url")
    @classmethod
    def _site(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()


def load_settings() -> Settings:
    """Raises BadSettings."""
    try:
        return Settings()  # type: ignore[call-arg]  # the fields come from the environment
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in one['loc']).upper()}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ]
        raise BadSettings(
            "Thiếu hoặc sai thiết lập / missing or wrong setting (xem .env.example):\n  " + "\n  ".join(lines)
        ) from error
