"""Settings: every default with its unit and where it came from."""

from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class FieldWeights(BaseModel):
    """Weight of BM25 in each text field of a record; chosen on development judgements."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: float = 1.0
    summary: float = 0.5
    problems: float = 1.0
    terms: float = 1.0
    facets: float = 0.5
    conditions: float = 0.3


class RankingWeights(BaseModel):
    """Weight of each score part; chosen on development judgements (docs/quality.md)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lexical: float = Field(2.5, description="field-weighted BM25, scaled to the query")
    dense_record: float = Field(0.45, description="cosine of query and whole record")
    dense_problem: float = Field(0.05, description="cosine of query and nearest problem statement")
    coverage: float = Field(0.45, description="share of the query's word weight a record holds")
    pair: float = Field(0.3, description="weight of a character pair beside a word in coverage")
    industry: float = Field(0.25, description="graded industry relation, 0 to 1")


class Levels(BaseModel):
    """Bars on the evidence (score without industry); fitted on development judgements."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strong: float = Field(0.68, description="from here on a hit is called 强")
    medium: float = Field(0.53, description="from here on a hit is called 中")
    weak: float = Field(0.20, description="below it nothing is shown")
    support: float = Field(0.33, description="support that some record must reach, else verdict none")
    window: float = Field(0.3, description="a hit below this share of the best is dropped")


class Settings(BaseSettings):
    """Settings of the recommender, read from the environment with prefix ``QINGYUAN_``."""

    model_config = SettingsConfigDict(env_prefix="QINGYUAN_", frozen=True, extra="ignore")

    embedding_model: str = Field("", description="hub name or local path; empty: shipped model")
    embedding_revision: str | None = Field(None, description="pinned revision of a hub model")
    offline: bool = Field(False, description="never ask a hub; only models on this machine")
    max_text: int = Field(2000, description="longest problem description, characters")
    bm25_k1: float = 1.2
    bm25_b: float = 0.6
    fields: FieldWeights = FieldWeights()
    weights: RankingWeights = RankingWeights()
    levels: Levels = Levels()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
