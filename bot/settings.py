"""Settings: the environment wins over `.env`; every one is in `.env.example` with its meaning."""

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

EXAMPLE = Path(__file__).parent.parent / "community" / "example" / "neighbourhood.toml"


class SettingsError(Exception):
    """A setting that cannot be; the message names it and says what was expected."""


class Settings(BaseSettings):
    """What the operator decides."""

    model_config = SettingsConfigDict(env_prefix="JINLIN_", env_file=".env", extra="ignore", frozen=True)

    token: str = ""
    api_url: str = "https://api.telegram.org"
    database_url: str = "sqlite:///data/jinlin.db"
    secret_key: str = ""
    old_secret_key: str = ""
    timezone: str = "Asia/Shanghai"
    neighbourhood: Path = EXAMPLE
    webhook_url: str = ""
    webhook_listen: str = "127.0.0.1:8443"
    webhook_secret: str = ""
    send_rate: float = 28.0
    in_flight: int = Field(default=8, ge=1, le=1000)
    metrics_listen: str = ""
    demo: bool = False

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f'expected a time zone such as "Asia/Shanghai", found "{value}"') from error
        return value

    @field_validator("send_rate")
    @classmethod
    def _not_negative(cls, value: float) -> float:
        if value < 0:
            raise ValueError("expected messages a second, 0 for no limit")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def bot_id(self) -> int:
        """The bot's account, as its token says."""
        return int(self.token.split(":", 1)[0])


def read_settings() -> Settings:
    """The settings of the environment and `.env`. Raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "JINLIN_" + str(first["loc"][0]).upper()
        raise SettingsError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from error


def check_token(settings: Settings) -> None:
    """Refuse to run without a token. Raises SettingsError."""
    number, _, secret = settings.token.partition(":")
    if not (number.isascii() and number.isdigit() and secret):
        raise SettingsError(
            "JINLIN_TOKEN is missing or not a bot token; @BotFather gives one (or try `make demo`, which needs none)"
        )


def check_key(settings: Settings) -> None:
    """Refuse to run without a key: what people entrust to the bot is encrypted with it. Raises SettingsError."""
    if not settings.secret_key:
        raise SettingsError("JINLIN_SECRET_KEY is missing; `jinlin keygen` prints a new one, keep it safe")
