"""Settings: every default with its unit and where it came from."""

from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Levels(BaseModel):
    """Bars on the calibrated probability that a record helps; fitted on development judgements."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strong: float = Field(0.70, description="from here on a hit is called 强")
    medium: float = Field(0.35, description="from here on a hit is called 中")
    weak: float = Field(0.01, description="below it nothing is shown")


class Settings(BaseSettings):
    """Settings of the recommender, read from the environment with prefix ``QINGYUAN_``."""

    model_config = SettingsConfigDict(env_prefix="QINGYUAN_", frozen=True, extra="ignore")

    embedding_model: str = Field("", description="hub name or local path; empty: shipped model")
    embedding_revision: str | None = Field(None, description="pinned revision of a hub model")
    offline: bool = Field(False, description="never ask a hub; only models on this machine")
    max_text: int = Field(2000, description="longest problem description, characters")
    bm25_k1: float = 1.2
    bm25_b: float = 0.6
    levels: Levels = Levels()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
