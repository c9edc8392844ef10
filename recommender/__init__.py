"""From a need to a justified list: the engine behind the CLI and the app."""

from recommender.engine import RecommenderEngine
from recommender.query import Filters, Query

__all__ = ["Filters", "Query", "RecommenderEngine"]
