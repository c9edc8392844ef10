"""The official's pages, in the order of the year."""

from __future__ import annotations

from collections.abc import Callable

from recommender.ui.pages.official import demand, editions, experts, nominations, review

PAGES: dict[str, Callable[[], None]] = {
    "nominations": nominations.page,
    "review": review.page,
    "experts": experts.page,
    "editions": editions.page,
    "demand": demand.page,
}
