"""The consultant's pages, in the order of the work."""

from __future__ import annotations

from collections.abc import Callable

from recommender.ui.pages.audit import delivery, economics, options, package, problems, project

PAGES: dict[str, Callable[[], None]] = {
    "project": project.page,
    "problems": problems.page,
    "options": options.page,
    "economics": economics.page,
    "package": package.page,
    "delivery": delivery.page,
}
