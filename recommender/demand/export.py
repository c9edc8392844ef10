"""The lists of D6: 技术需求目录 and 技术供给目录, both by the five classes, as XLSX and DOCX.

The list of needs is public. It holds reviewed needs only, never an enterprise's name, numbers
of enterprises below three as 少于3家, and a wording only where three enterprises asked
something alike; every other line is a sentence made of industry and field.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog import Catalog
from catalog.errors import BadInput
from catalog.export import Sheet, cell, workbook_bytes
from catalog.files import write_atomically
from catalog.sectors import Sector, load_sectors
from catalog.store import Store
from recommender.demand.fields import FieldReader, ProblemField, Row, direction, row_of
from recommender.demand.identity import Identities
from recommender.demand.needs import STATE_LABELS, Need, all_needs
from recommender.demand.wordings import K_ANONYMITY, Alike, likeness, shared_wordings

if TYPE_CHECKING:
    from recommender.engine import RecommenderEngine

NEEDS_TITLE, SUPPLIES_TITLE = "技术需求目录", "技术供给目录"
NEED_HEADER = ["序号", "供需五类", "行业", "技术需求", "状态", "提出企业数", "对应供给"]
SUPPLY_HEADER = [
    "序号",
    "编号",
    "技术名称",
    "供需五类",
    "适用行业",
    "技术简介",
    "成熟度",
    "政策出处",
    "对应需求",
]
FEW, NONE = "少于3家", "本类暂无"
NEED_NOTES = (
    "本目录由企业自愿提交、经审核的技术需求汇总而成，不列企业名称。",
    "至少3家不同企业提出相近需求时列出代表性表述（加引号），其余按行业和问题领域概述。",
)
SUPPLY_NOTES = ("本目录为技术目录中现行可推荐的技术；未写明政策出处的技术另有文献来源，见技术目录。",)

_PUBLISHED = ("accepted", "answered")
_QUOTED = "“{text}”"
_NOT_GIVEN, _ANSWERS = "未提供", "有"
_NUMERALS = "一二三四五六七八九十"
_MARGINS_MM = (20.0, 20.0, 20.0, 20.0)
_NEED_MM = (12.0, 28.0, 40.0, 82.0, 24.0, 21.0, 50.0)
_SUPPLY_MM = (10.0, 19.0, 34.0, 21.0, 40.0, 58.0, 20.0, 43.0, 12.0)


@dataclass(frozen=True)
class NeedLine:
    """One line of the list of needs: reviewed needs of one class, industry, field and state."""

    plus_class: str
    industry: str
    problem: str
    state: str
    enterprises: int
    supplies: tuple[str, ...]

    @property
    def enterprises_shown(self) -> str:
        """The number of enterprises, or that they are too few to be counted out."""
        return f"{self.enterprises}家" if self.enterprises >= K_ANONYMITY else FEW


def need_lines(
    needs: Iterable[Need],
    catalog: Catalog,
    sectors: Sequence[Sector],
    *,
    engine: RecommenderEngine | None = None,
) -> tuple[NeedLine, ...]:
    """Return the list of needs: reviewed ones (征集中, 已有对应供给), most enterprises first in each class.

    Args:
        needs: all needs, closed ones too: their names tell enterprises apart.
        catalog: vocabularies and the technologies that answer.
        sectors: industries as the catalogue divides them.
        engine: compares wordings by its encoder; by shared characters without one.
    """
    everything = list(needs)
    shown = [need for need in everything if need.reviewed and need.state in _PUBLISHED]
    identities = Identities(everything)
    alike = likeness((need.text for need in shown), engine)
    reader = FieldReader(catalog)
    groups: dict[tuple[str, Row, ProblemField, str], list[Need]] = {}
    for need in sorted(shown, key=lambda one: one.id):
        key = (need.plus_class, row_of(need, sectors, catalog.codes), reader.of(need)[0], need.state)
        groups.setdefault(key, []).append(need)
    classes = [row.code for row in catalog.codes["plus_classes"]]
    lines = [_line(key, own, catalog, identities, alike) for key, own in groups.items()]
    return tuple(
        sorted(
            lines,
            key=lambda one: (
                classes.index(one.plus_class), -one.enterprises, one.industry, one.problem, one.state,
            ),
        )
    )  # fmt: skip


def _line(
    key: tuple[str, Row, ProblemField, str],
    needs: list[Need],
    catalog: Catalog,
    identities: Identities,
    alike: Alike,
) -> NeedLine:
    plus_class, row, field, _ = key
    general = direction(row, field, catalog.codes)
    texts = [_QUOTED.format(text=text) for text in shared_wordings(needs, identities, alike)]
    answers = sorted({id for need in needs for id in need.answered_by})
    return NeedLine(
        plus_class=plus_class,
        industry=row.label,
        problem=f"{general}：{'；'.join(texts)}" if texts else general,
        state=STATE_LABELS[needs[0].state],
        enterprises=identities.count(needs),
        supplies=tuple(f"{id} {catalog[id].name}" if id in catalog else id for id in answers),
    )


def need_table(
    lines: Sequence[NeedLine], catalog: Catalog, *, plus_class: str | None = None
) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the list of needs, of one class if given."""
    own = [line for line in lines if plus_class in (None, line.plus_class)]
    return NEED_HEADER, [
        [
            str(number),
            catalog.codes.label("plus_classes", line.plus_class),
            line.industry,
            line.problem,
            line.state,
            line.enterprises_shown,
            "；".join(line.supplies),
        ]
        for number, line in enumerate(own, 1)
    ]


def supply_table(
    catalog: Catalog, *, plus_class: str | None = None, answering: Collection[str] = ()
) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the list of supplies, of one class if given: recommendable records.

    Args:
        catalog: the records.
        plus_class: code of one class.
        answering: technologies that answer a published need, marked so.
    """
    own = [t for t in catalog.recommendable if plus_class in (None, t.plus_class)]
    fields = ("id", "name", "plus_class", "industries", "summary", "maturity", "sources")
    rows = []
    for number, technology in enumerate(own, 1):
        cells = {field: cell(technology, field, catalog) for field in fields}
        general = cell(technology, "cross_industry", catalog)
        cells["industries"] = "；".join(part for part in (cells["industries"], general) if part)
        texts = [cells[field] or _NOT_GIVEN for field in fields]
        rows.append([str(number), *texts, _ANSWERS if technology.id in answering else ""])
    return SUPPLY_HEADER, rows


# Files


def demand_xlsx(engine: RecommenderEngine, store: Store) -> bytes:
    """Return the list of needs as XLSX, one sheet a class; the same needs give the same bytes."""
    return _xlsx(_need_tables(engine, store), _NEED_MM, NEED_NOTES)


def demand_docx(engine: RecommenderEngine, store: Store) -> bytes:
    """Return the list of needs as DOCX, one chapter a class; the same needs give the same bytes."""
    return _docx(NEEDS_TITLE, _need_tables(engine, store), _NEED_MM, NEED_NOTES)


def supply_xlsx(engine: RecommenderEngine, store: Store) -> bytes:
    """Return the list of supplies as XLSX, one sheet a class; the same records give the same bytes."""
    return _xlsx(_supply_tables(engine, store), _SUPPLY_MM, SUPPLY_NOTES)


def supply_docx(engine: RecommenderEngine, store: Store) -> bytes:
    """Return the list of supplies as DOCX, one chapter a class; the same records give the same bytes."""
    return _docx(SUPPLIES_TITLE, _supply_tables(engine, store), _SUPPLY_MM, SUPPLY_NOTES)


def directory_files(engine: RecommenderEngine, store: Store) -> dict[str, bytes]:
    """Return both lists in both formats by file name."""
    return {
        f"{NEEDS_TITLE}.xlsx": demand_xlsx(engine, store),
        f"{NEEDS_TITLE}.docx": demand_docx(engine, store),
        f"{SUPPLIES_TITLE}.xlsx": supply_xlsx(engine, store),
        f"{SUPPLIES_TITLE}.docx": supply_docx(engine, store),
    }


def write_files(files: dict[str, bytes], folder: Path) -> list[Path]:
    """Write files into a folder and return their paths.

    Raises:
        BadInput: the folder cannot be written.
    """
    try:
        for name, content in files.items():
            write_atomically(folder / name, content)
    except OSError as error:
        raise BadInput(f"{folder}: 无法写入（{error.strerror}），请换一个可写的目录") from error
    return [folder / name for name in files]


_Tables = list[tuple[str, list[str], list[list[str]]]]
"""(label of the class, header, rows), one for each of the five classes."""


def _need_tables(engine: RecommenderEngine, store: Store) -> _Tables:
    catalog = engine.catalog
    needs = [kept.need for kept in all_needs(store)]
    lines = need_lines(needs, catalog, load_sectors(catalog.codes), engine=engine)
    rows = catalog.codes["plus_classes"]
    return [(row.label, *need_table(lines, catalog, plus_class=row.code)) for row in rows]


def _supply_tables(engine: RecommenderEngine, store: Store) -> _Tables:
    catalog = engine.catalog
    answered = [kept.need for kept in all_needs(store) if kept.need.state == "answered"]
    ids = {id for need in answered for id in need.answered_by}
    rows = catalog.codes["plus_classes"]
    return [(row.label, *supply_table(catalog, plus_class=row.code, answering=ids)) for row in rows]


def _xlsx(tables: _Tables, widths_mm: Sequence[float], notes: tuple[str, ...]) -> bytes:
    widths = [max(6.0, width * 0.6) for width in widths_mm]
    return workbook_bytes([Sheet(label, header, rows, widths, notes) for label, header, rows in tables])


def _docx(title: str, tables: _Tables, widths_mm: Sequence[float], notes: tuple[str, ...]) -> bytes:
    from catalog.publish import word

    document: Any = word.new_document(margins_mm=_MARGINS_MM, landscape=True)
    document.core_properties.title = title
    word.page_number(document.sections[0].footer)
    word.paragraph(document, title, font=word.HEI, size=word.POINTS["二号"], align="center")
    for note in notes:
        word.paragraph(document, note, size=word.POINTS["五号"], font=word.SONG)
    for place, (label, header, rows) in enumerate(tables):
        word.heading(document, f"{_NUMERALS[place]}、{label}（{len(rows)}项）", 1)
        if rows:
            word.table(document, header, rows, widths_mm=widths_mm)
        else:
            word.paragraph(document, NONE)
    return word.to_bytes(document)
