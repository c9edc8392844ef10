"""A whole year on the shipped example: from the call to the published edition, in one run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from catalog.errors import BadInput
from catalog.year.checking import check_forms, correct
from catalog.year.example import load_example
from catalog.year.filing import call, file_forms, recommend
from catalog.year.issuing import give_notice, list_approved, publish, try_too_early
from catalog.year.play import DATABASE, Play, open_play
from catalog.year.records import keep_records
from catalog.year.reviewing import approve, first_round, second_round, visit_site

__all__ = ["DATABASE", "play_year"]

_STEPS = (
    call, file_forms, recommend, check_forms, correct, first_round, second_round, visit_site, approve,
    give_notice, try_too_early, list_approved,
)  # fmt: skip


def play_year(output: Path, *, pdf: bool = False) -> Iterator[str]:
    """Play the example year into a folder and yield one Chinese line a step.

    Everything happens in a database inside the folder, at the times of the plan; the same data
    gives the same files, PDF apart.

    Args:
        output: an empty or new folder.
        pdf: also the published documents as PDF (needs LibreOffice).

    Raises:
        BadInput: the folder holds something already or cannot be written, or the example data
            are faulty.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise BadInput(f"{output}: 不是空文件夹，示例不覆盖已有文件，请换一个新文件夹")
    play = open_play(output, load_example())
    try:
        for step in _STEPS:
            yield from step(play)
        yield from publish(play, pdf=pdf)
        yield from keep_records(play)
    finally:
        play.store.close()
    yield _last_line(play)


def _last_line(play: Play) -> str:
    count = sum(path.is_file() for path in play.folder.rglob("*"))
    return f"完成：共 {count} 个文件，{play.folder}；全部为示例数据，不得印发"
