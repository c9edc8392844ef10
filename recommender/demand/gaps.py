"""Gaps: industry × problem field, what the catalogue holds there and what enterprises still miss.

A need's own words are shown only as ``wordings.py`` allows. A ``Gap`` holds no other wording,
so nothing that is made from gaps can give one away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog import Catalog
from catalog.export import Sheet, workbook_bytes
from catalog.sectors import Sector
from recommender.demand.fields import FieldReader, ProblemField, Row, direction, row_of
from recommender.demand.identity import Identities
from recommender.demand.needs import LEVEL_LABELS, OPEN, Need
from recommender.demand.wordings import K_ANONYMITY, Alike, likeness, shared_wordings
from recommender.labels import join

if TYPE_CHECKING:
    from recommender.engine import RecommenderEngine

GAP_HEADER = [
    "行业或系统", "问题领域", "目录内技术数", "跨行业技术数", "需求数", "最好匹配等级", "弱或无匹配的需求数",
    "企业数", "相近表述（3家以上）",
]  # fmt: skip

_NOTES = (
    "企业数：有弱匹配或无匹配需求的不同企业数，同一企业的不同写法只计一次。",
    "相近表述：同一格内至少3家不同企业提出相近需求时才显示原文；其余只计数。",
    "跨行业技术数：可用于该领域、未标注该行业的通用技术。",
    "最好匹配等级：未审结需求（待审核、征集中）中最好的一项。",
)


@dataclass(frozen=True)
class Gap:
    """One cell: what the catalogue holds and what is asked for.

    Counts are of open needs (submitted, accepted). ``unmet`` are those with a weak match or none,
    ``enterprises`` the different enterprises behind these. ``best_level`` is None without needs.
    """

    row: Row
    field: ProblemField
    field_label: str
    direction: str
    records: int
    general_records: int
    needs: int = 0
    best_level: str | None = None
    unmet: int = 0
    enterprises: int = 0
    shared: tuple[str, ...] = ()
    need_ids: tuple[str, ...] = ()


def gap_matrix(
    catalog: Catalog,
    sectors: Sequence[Sector],
    needs: Iterable[Need],
    *,
    engine: RecommenderEngine | None = None,
) -> tuple[Gap, ...]:
    """Return every cell with a record or an open need, the largest gap first.

    Cells are ordered by different enterprises with weak or no matches, then the number of such
    needs, then fewest records, then the order of the sectors and fields. A need that names
    several fields counts in each of them, a record in every sector and field it belongs to.

    Args:
        catalog: the records.
        sectors: rows, from ``catalog.sectors.load_sectors``.
        needs: all needs, closed ones too: their names tell enterprises apart.
        engine: compares wordings by its encoder; by shared characters without one.
    """
    everything = list(needs)
    waiting = [need for need in everything if need.state in OPEN]
    identities = Identities(everything)
    alike = likeness((need.text for need in waiting), engine)
    reader = FieldReader(catalog)
    asked: dict[tuple[Row, ProblemField], list[Need]] = {}
    for need in sorted(waiting, key=lambda one: one.id):
        for field in reader.of(need):
            asked.setdefault((row_of(need, sectors, catalog.codes), field), []).append(need)
    held = _held(catalog, sectors, reader)
    order = {sector.key: place for place, sector in enumerate(sectors)}
    gaps = [
        _gap(row, field, asked.get((row, field), []), held, catalog, (identities, alike))
        for row, field in dict.fromkeys((*asked, *held))
    ]

    def largest(gap: Gap) -> tuple[int, int, int, int, str, str]:
        place = order.get(gap.row.key, len(order))
        names = (gap.row.key, gap.field_label)
        return (-gap.enterprises, -gap.unmet, gap.records + gap.general_records, place, *names)

    return tuple(sorted(gaps, key=largest))


_Held = dict[tuple[Row, ProblemField], frozenset[str]]


def _held(catalog: Catalog, sectors: Sequence[Sector], reader: FieldReader) -> _Held:
    """Return the numbers of the recommendable records of every cell of the sectors."""
    found: dict[tuple[Row, ProblemField], set[str]] = {}
    for technology in catalog.recommendable:
        fields = reader.of_record(technology)
        for sector in sectors:
            if sector.holds(technology):
                for field in fields:
                    found.setdefault((Row(sector.key, sector.label), field), set()).add(technology.id)
    return {cell: frozenset(ids) for cell, ids in found.items()}


def _own(row: Row, field: ProblemField, held: _Held, catalog: Catalog) -> frozenset[str]:
    """Return the records of a cell; an industry or field nobody named leaves that side open."""
    if (row, field) in held:
        return held[row, field]
    sector = {id for (other, _), ids in held.items() if other == row for id in ids}
    return frozenset(
        t.id
        for t in catalog.recommendable
        if field.holds(t, catalog.codes)
        and (not row.key or t.id in sector or (row.key.isdecimal() and _same_industry(row.key, t.industries)))
    )


def _same_industry(code: str, industries: Sequence[str]) -> bool:
    return any(own.startswith(code) or code.startswith(own) for own in industries)


def _gap(
    row: Row,
    field: ProblemField,
    needs: list[Need],
    held: _Held,
    catalog: Catalog,
    compare: tuple[Identities, Alike],
) -> Gap:
    own = _own(row, field, held, catalog)
    general = [
        t for t in catalog.recommendable
        if t.cross_industry and t.id not in own and field.holds(t, catalog.codes)
    ]  # fmt: skip
    identities, alike = compare
    unmet = [need for need in needs if need.level in ("weak", "none")]
    levels = list(LEVEL_LABELS)
    return Gap(
        row=row,
        field=field,
        field_label=field.label(catalog.codes),
        direction=direction(row, field, catalog.codes),
        records=len(own),
        general_records=len(general),
        needs=len(needs),
        best_level=min((need.level for need in needs), key=levels.index, default=None),
        unmet=len(unmet),
        enterprises=identities.count(unmet),
        shared=shared_wordings(unmet, identities, alike),
        need_ids=tuple(need.id for need in needs),
    )


def wordings(gap: Gap) -> tuple[str, ...]:
    """Return the wordings of a gap that may be shown: each asked by three or more enterprises."""
    return gap.shared


# Words and files

_NUMERALS = "一二三四五六七八九十"
_CALL_HEAD = "{year}年度清洁生产技术重点征集方向（草稿，请核改后写入征集通知）"
_CALL_LEAD = "根据企业自愿提交的技术需求与现有目录比对，以下方向现有技术不足，请有关单位重点申报："
_CALL_NONE = "截至目前没有匹配不足的技术需求，暂不列重点征集方向。"
_CALL_LINE = (
    "（{number}）{direction}。{who}提出{unmet}项未能较好匹配的需求，"
    "目录现有对应技术{records}项、跨行业通用技术{general}项{words}。"
)
_CALL_FEW = (
    "（{number}）{direction}。有企业提出需求，目录现有对应技术{records}项、跨行业通用技术{general}项。"
)
_CALL_WORDS = "；企业反映的问题有：{texts}"


def call_text(gaps: Sequence[Gap], year: int, *, most: int = 5) -> list[str]:
    """Return a draft paragraph of the next call: the largest gaps, no wording below the limit.

    Gaps of fewer than three enterprises are named without any count of needs or enterprises.

    Args:
        gaps: from ``gap_matrix``.
        year: year of the call.
        most: most directions named.
    """
    largest = [gap for gap in gaps if gap.unmet][:most]
    if not largest:
        return [_CALL_HEAD.format(year=year), _CALL_NONE]
    lines = [_CALL_HEAD.format(year=year), _CALL_LEAD]
    for place, gap in enumerate(largest):
        texts = join([f"“{text}”" for text in wordings(gap)])
        enough = gap.enterprises >= K_ANONYMITY
        form = _CALL_LINE if enough else _CALL_FEW
        lines.append(
            form.format(
                number=_NUMERALS[place] if place < len(_NUMERALS) else place + 1,
                direction=gap.direction,
                who=f"{gap.enterprises}家企业",
                unmet=gap.unmet,
                records=gap.records,
                general=gap.general_records,
                words=_CALL_WORDS.format(texts=texts) if texts else "",
            )
        )
    return lines


def gap_table(gaps: Iterable[Gap]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the cells that have needs, in their order."""
    return GAP_HEADER, [_cells(gap) for gap in gaps if gap.needs]


def _cells(gap: Gap) -> list[str]:
    numbers = (gap.records, gap.general_records, gap.needs)
    level = LEVEL_LABELS[gap.best_level or "none"]
    counted = [str(gap.unmet), str(gap.enterprises)]
    return [gap.row.label, gap.field_label, *map(str, numbers), level, *counted, "；".join(wordings(gap))]


def record_table(gaps: Sequence[Gap]) -> tuple[list[str], list[list[str]]]:
    """Return the matrix row × field; a cell is the number of records, with the open needs after a stroke."""
    cells = {(gap.row, gap.field): gap for gap in gaps}
    rows = sorted({gap.row for gap in gaps}, key=lambda row: (row.label, row.key))
    named = {gap.field: gap.field_label for gap in gaps}
    fields = sorted(named, key=lambda field: (field.medium, field.pollutant))
    table = []
    for row in rows:
        texts = []
        for field in fields:
            gap = cells.get((row, field))
            asked = f" / {gap.needs}" if gap and gap.needs else ""
            texts.append(f"{gap.records}{asked}" if gap else "")
        table.append([row.label, *texts])
    return ["行业或系统", *(named[field] for field in fields)], table


def gap_xlsx(gaps: Sequence[Gap], *, call: Sequence[str] = ()) -> bytes:
    """Return the gaps as XLSX: cells with needs, matrix, draft call; the same gaps give the same bytes."""
    header, rows = gap_table(gaps)
    widths = [22.0, 22.0, 10.0, 10.0, 8.0, 10.0, 12.0, 8.0, 60.0]
    sheets = [Sheet("需求缺口", header, rows, widths, _NOTES)]
    columns, table = record_table(gaps)
    if table:
        note = "每格为目录内可推荐的技术数；斜线后为未审结的需求数。空格：没有技术，也没有需求。"
        sheets.append(Sheet("行业与领域", columns, table, [22.0] + [9.0] * (len(columns) - 1), (note,)))
    if call:
        sheets.append(Sheet("征集方向草稿", [call[0]], [[line] for line in call[1:]], [110.0]))
    return workbook_bytes(sheets)
