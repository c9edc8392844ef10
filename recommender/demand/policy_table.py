"""Policy column with count (N19): which technologies carry a document out, what counts for a green factory.

The green-factory indicator of adopted technologies counts technologies listed with a positive
class (鼓励, 推广, 示范) in one of eight named catalogues (``data/codes/catalogues.csv``). An
adopted technology is one item, however many catalogues name it: each is cited once, the other
listings stand beside the cited one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog import Catalog, Technology, display
from catalog.export import Sheet, workbook_bytes
from catalog.schema import UNKNOWN, Listing
from recommender.audit.project import AuditProject

REFERENCE_ITEMS = (3, 5)
"""基准值 and 引领值 of the indicator on one platform's form (methods.md A7, [S20]); to be checked
against the evaluation rules in force."""

_COLUMN = "专栏"
_NOT_GIVEN = "未提供"
_LEFT = ("abandoned",)
_UNCITED = "{id} {name}：未列入绿色工厂评价认可的8个目录，不计入采用技术项数"
_ONLY_OTHER = "{id} {name}：只列入{listed}，不在绿色工厂评价认可的8个目录，不计入采用技术项数"
_NEGATIVE = "{id} {name}：{listed}，实施前请核对限制或淘汰条件"
_GAP = "{id} {name}：入选记录缺{what}，作为证明材料前请补全"
_UNKNOWN = "{id}：目录中没有这个编号，不计入采用技术项数，请核对"

PLACE_HEADER = ["文件", "文号", "状态", "位置", "点名技术数", "已有记录的技术数", "落实技术数", "落实技术"]
PROOF_HEADER = ["序号", "技术编号", "技术名称", "目录", "版次", "文号", "目录序号", "类别", "其他入选"]


@dataclass(frozen=True)
class PolicyPlace:
    """A place of a document (a special column, a section), the terms it names and who carries them out."""

    doc: str
    title: str
    number: str
    state: str
    place: str
    terms: int
    covered: int
    technology_ids: tuple[str, ...]

    @property
    def is_column(self) -> bool:
        """True for a special column (专栏)."""
        return self.place.startswith(_COLUMN)


def policy_places(catalog: Catalog, *, columns_only: bool = False) -> tuple[PolicyPlace, ...]:
    """Return every place of every document with its technologies, in the order of the register.

    Args:
        catalog: records and policy register.
        columns_only: special columns alone.
    """
    found: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for row in catalog.policy.coverage(catalog.technologies):
        found.setdefault((row.term.doc, row.term.place), []).append(row.record_ids)
    order = list(catalog.policy.documents)
    places = []
    for (doc, place), terms in sorted(found.items(), key=lambda item: order.index(item[0][0])):
        document = catalog.policy.documents[doc]
        made = PolicyPlace(
            doc=doc,
            title=document.title,
            number=document.number,
            state=document.state,
            place=place,
            terms=len(terms),
            covered=sum(bool(ids) for ids in terms),
            technology_ids=tuple(sorted({id for ids in terms for id in ids})),
        )
        if made.is_column or not columns_only:
            places.append(made)
    return tuple(places)


@dataclass(frozen=True)
class Proof:
    """One adopted technology that counts, and the catalogue item that proves it."""

    technology_id: str
    name: str
    catalogue: str
    edition: str
    document_number: str
    item: str
    class_label: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class GreenFactory:
    """How many technologies count, with what proof, and what does not count or must be checked."""

    proofs: tuple[Proof, ...]
    warnings: tuple[str, ...]

    @property
    def count(self) -> int:
        """Number of items that count: one for each cited item."""
        return len(self.proofs)


def green_factory(technology_ids: Iterable[str], catalog: Catalog) -> GreenFactory:
    """Return what counts for the green-factory indicator of adopted technologies.

    A number given twice, or beside one merged into it, counts once.

    Args:
        technology_ids: technologies the enterprise adopts.
        catalog: the records with their listings.
    """
    merged = {old: t.id for t in catalog.technologies for old in t.merged_ids}
    proofs: list[Proof] = []
    warnings: list[str] = []
    for id in dict.fromkeys(merged.get(one, one) for one in technology_ids):
        if id not in catalog:
            warnings.append(_UNKNOWN.format(id=id))
            continue
        technology = catalog[id]
        counting = [e for e in technology.listed_in if display.counts_for_green_factory(e, catalog.codes)]
        if counting:
            proofs.append(_proof(technology, counting[0], catalog))
        warnings += _warnings(technology, counting, catalog)
    return GreenFactory(tuple(proofs), tuple(warnings))


def _proof(technology: Technology, cited: Listing, catalog: Catalog) -> Proof:
    codes = catalog.codes
    return Proof(
        technology_id=technology.id,
        name=technology.name,
        catalogue=codes.label("catalogues", cited.catalogue),
        edition=cited.edition,
        document_number=_given(cited.document_number),
        item=_given(cited.item),
        class_label=codes.label("listing_classes", cited.class_),
        others=tuple(display.listing(e, codes) for e in technology.listed_in if e is not cited),
    )


def _given(value: str) -> str:
    return _NOT_GIVEN if value == UNKNOWN else value


def _warnings(technology: Technology, counting: list[Listing], catalog: Catalog) -> list[str]:
    codes, named = catalog.codes, {"id": technology.id, "name": technology.name}
    lines = []
    if not counting:
        other = "、".join(display.listing(e, codes) for e in technology.listed_in if e.is_praise)
        lines.append(_ONLY_OTHER.format(**named, listed=other) if other else _UNCITED.format(**named))
    for listing in technology.listed_in:
        if not listing.is_praise:
            lines.append(_NEGATIVE.format(**named, listed=display.listing(listing, codes)))
    if counting:
        missing = {"文号": counting[0].document_number, "目录序号": counting[0].item}
        what = "、".join(label for label, value in missing.items() if value == UNKNOWN)
        lines += [_GAP.format(**named, what=what)] if what else []
    return lines


def project_technologies(project: AuditProject, *, completed_only: bool = False) -> tuple[str, ...]:
    """Return the technologies of a project's options, without those refused or abandoned.

    Args:
        project: the audit project.
        completed_only: only options that are carried out: what the indicator counts today.
    """
    return tuple(
        dict.fromkeys(
            option.technology_id
            for option in project.options
            if option.technology_id is not None
            and option.outcome != "not_feasible"
            and option.state not in _LEFT
            and (option.state == "completed" or not completed_only)
        )
    )


def place_table(places: Iterable[PolicyPlace], catalog: Catalog) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the policy places."""
    return PLACE_HEADER, [
        [
            p.title,
            p.number,
            p.state,
            p.place,
            str(p.terms),
            str(p.covered),
            str(len(p.technology_ids)),
            "；".join(f"{id} {catalog[id].name}" for id in p.technology_ids),
        ]
        for p in places
    ]


def proof_table(found: GreenFactory) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the proof list."""
    return PROOF_HEADER, [
        [
            str(number),
            p.technology_id,
            p.name,
            p.catalogue,
            p.edition,
            p.document_number,
            p.item,
            p.class_label,
            "；".join(p.others),
        ]
        for number, p in enumerate(found.proofs, 1)
    ]


def policy_xlsx(catalog: Catalog, found: GreenFactory | None = None) -> bytes:
    """Return the policy places, and the proof list of an enterprise if given, as XLSX."""
    widths = [30.0, 22.0, 8.0, 12.0, 10.0, 12.0, 10.0, 70.0]
    sheets = [Sheet("政策落实", *place_table(policy_places(catalog), catalog), widths)]
    if found is not None:
        proof_widths = [6.0, 12.0, 30.0, 36.0, 12.0, 22.0, 10.0, 8.0, 40.0]
        notes = (f"计入项数：{found.count}", *found.warnings)
        sheets.insert(0, Sheet("绿色工厂采用技术", *proof_table(found), proof_widths, notes))
    return workbook_bytes(sheets)
