"""The stage of the example year: folder, own database, a clock that stands still, and who acts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from catalog.editions.edition import Edition, read_edition
from catalog.errors import BadInput
from catalog.files import write_atomically
from catalog.load import Catalog, load_catalog
from catalog.nominations.attachments import safe_name
from catalog.paths import DATA_DIR
from catalog.people import Person
from catalog.review.desk import Desk, Kept
from catalog.review.experts import ExpertRegister
from catalog.store import Store
from catalog.year.example import Example, Filed

DATABASE = "示例数据库.db"
_ZONE = datetime.timezone(datetime.timedelta(hours=8))
_MORNING = datetime.time(9)


class Clock:
    """A clock that shows the day it was set to; every look at the time is a second later."""

    def __init__(self, day: datetime.date) -> None:
        self._day, self._looks = day, 0

    def __call__(self) -> str:
        """Return the time, ISO 8601, China Standard Time."""
        start = datetime.datetime.combine(self._day, _MORNING, _ZONE)
        self._looks += 1
        return (start + datetime.timedelta(seconds=self._looks)).isoformat(timespec="seconds")

    def today(self) -> datetime.date:
        """Return the day."""
        return self._day

    def go(self, day: datetime.date) -> None:
        """Go on to a day; the same day changes nothing."""
        if day != self._day:
            self._day, self._looks = day, 0


@dataclass
class Play:
    """What the steps share; ``ids`` and ``final`` fill up as the year goes on."""

    folder: Path
    example: Example
    clock: Clock
    store: Store
    desk: Desk
    register: ExpertRegister
    catalog: Catalog
    editions: tuple[Edition, ...]
    ids: dict[str, str] = field(default_factory=dict)
    final: Edition | None = None

    @property
    def before(self) -> Edition:
        """Return the edition in force when the year begins."""
        return self.editions[-1]

    @property
    def official(self) -> Person:
        """Return the official in charge."""
        plan = self.example.plan
        return Person(plan.official, "authority", plan.issuer)

    def kept(self, key: str) -> Kept:
        """Return the dossier of a nomination."""
        return self.desk.get(self.ids[key])

    def filed(self, kept: Kept) -> Filed:
        """Return the nomination a dossier came from."""
        return self.example.of(next(key for key, id in self.ids.items() if id == kept.id))

    def in_state(self, *states: str) -> list[Kept]:
        """Return the dossiers in any of the states, by number."""
        return [kept for kept in self.desk.all() if kept.dossier.state in states]

    def write(self, folder: str, name: str, content: bytes) -> Path:
        """Write a file below the output folder and return its path.

        Raises:
            BadInput: the folder cannot be written.
        """
        path = self.folder / folder / safe_name(name)
        try:
            write_atomically(path, content)
        except OSError as error:
            raise BadInput(f"{path}: 无法写入（{error.strerror}），请换一个可写的文件夹") from error
        return path


def applicant(kept_or_filed: Kept | Filed) -> Person:
    """Return who files a nomination."""
    form = kept_or_filed.form if isinstance(kept_or_filed, Filed) else kept_or_filed.dossier.form
    return Person(form.contact, "applicant", form.applicant)


def numbers(kept: Iterable[Kept]) -> str:
    """Return the numbers of dossiers on one line."""
    return "、".join(one.id for one in kept)


def open_play(folder: Path, example: Example) -> Play:
    """Return the stage, with a new database in the folder.

    Raises:
        BadInput: the folder cannot be written, or an edition is missing.
    """
    clock = Clock(example.plan.days.call)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder}: 无法建立（{error.strerror}），请换一个可写的位置") from error
    paths = sorted((DATA_DIR / "editions").glob("*.json"))
    editions = [edition for path in paths if (edition := read_edition(path)).year <= example.plan.before]
    if not editions or editions[-1].year != example.plan.before:
        raise BadInput(f"{DATA_DIR / 'editions'}: 没有 {example.plan.before} 年目录，示例需以它为上一版")
    store = Store.open(folder / DATABASE, clock=clock)
    return Play(
        folder, example, clock, store, Desk(store, today=clock.today), ExpertRegister(store),
        load_catalog(), tuple(editions),
    )  # fmt: skip
