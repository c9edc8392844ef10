"""The editions at hand: the shipped examples and those frozen on this machine."""

from __future__ import annotations

from pathlib import Path

from catalog.editions.edition import Edition, read_edition, write_edition
from catalog.errors import BadInput
from catalog.paths import DATA_DIR, user_home


def folder() -> Path:
    """Return the folder editions of this machine are frozen into."""
    return user_home() / "editions"


def editions() -> list[Edition]:
    """Return all editions, oldest first; one frozen here stands in for a shipped one of its year.

    Raises:
        BadInput: a file was changed after freezing.
    """
    found = {edition.year: edition for edition in map(read_edition, _files(DATA_DIR / "editions"))}
    found |= {edition.year: edition for edition in map(read_edition, _files(folder()))}
    return [found[year] for year in sorted(found)]


def keep(edition: Edition) -> Path:
    """Keep a frozen edition on this machine and return its file.

    Raises:
        BadInput: another edition of the year is already frozen here.
    """
    path = folder() / f"{edition.year}.json"
    write_edition(edition, path)
    return path


def edition_of(year: int) -> Edition:
    """Return the edition of a year.

    Raises:
        BadInput: there is none.
    """
    found = {edition.year: edition for edition in editions()}
    if year not in found:
        known = "、".join(str(one) for one in found) or "无"
        raise BadInput(f"没有 {year} 年的目录；现有：{known}")
    return found[year]


def _files(place: Path) -> list[Path]:
    return sorted(place.glob("[0-9][0-9][0-9][0-9].json")) if place.is_dir() else []
