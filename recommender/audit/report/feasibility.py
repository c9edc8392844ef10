"""Chapter 5 of the report: market, technical and environmental assessment of the 中/高费 options.

The economic assessment and the recommendation have modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from catalog import Technology, display
from catalog.factors import BASIS_LABELS
from catalog.schema import UNKNOWN
from recommender.audit.ledger import gain
from recommender.audit.project import KIND_LABELS, ItemEffect, Option
from recommender.audit.report.cells import (
    change_text,
    given,
    named,
    not_calculated,
    tonnes_evidence,
)
from recommender.audit.report.content import (
    BLANK,
    NOT_CALCULATED,
    NOT_GIVEN,
    Block,
    Chapter,
    Column,
    Draft,
    FeasibilityChapter,
    Heading,
    Note,
    Paragraph,
    Section,
    Table,
    fixed,
    mark,
)
from recommender.audit.report.economics import basis_blocks, economic_blocks
from recommender.audit.report.recommended import recommended_blocks
from recommender.audit.valuation import Amount
from recommender.labels import join

TECHNICAL_LABELS = {
    "advanced": "先进性", "safety": "安全可靠性", "maturity": "成熟程度", "fit": "与现有条件的匹配",
    "quality": "对产品质量和产能的影响", "operation": "操作要求", "maintenance": "维修要求",
    "utilities": "公用工程", "hazards": "危害因素", "approvals": "审批手续",
}  # fmt: skip
SITE_CHECK = "目录记载，须现场核实"
NO_HIGH_COST = "没有初步可行的中/高费方案，本节无内容。"


def feasibility_chapter(draft: Draft, chapter: FeasibilityChapter) -> Chapter:
    """Return chapter 5 as a view model; without a 中/高费 option every section says so."""
    draft.begin(chapter.number)
    titles = chapter.sections
    options = [option for option in draft.project.options if option.outcome == "preliminary_high_cost"]
    if not options:
        empty = (Paragraph(NO_HIGH_COST),)
        headings = (
            titles.market, titles.technical, titles.environmental, titles.economic, titles.recommended,
        )  # fmt: skip
        return Chapter(chapter.text, tuple(Section(heading.text, empty) for heading in headings))

    def parts(heading: Heading, write: Callable[[Draft, Option], list[Block]]) -> tuple[Section, ...]:
        return tuple(
            Section(f"{heading.number}.{index} {named(option)}", tuple(write(draft, option)))
            for index, option in enumerate(options, start=1)
        )

    return Chapter(
        chapter.text,
        (
            Section(titles.market.text, (_market(draft, options),)),
            Section(titles.technical.text, (), parts(titles.technical, _technical)),
            Section(titles.environmental.text, (), parts(titles.environmental, _environmental)),
            Section(
                titles.economic.text,
                tuple(basis_blocks(draft)),
                parts(titles.economic, economic_blocks),
            ),
            Section(titles.recommended.text, tuple(recommended_blocks(draft, options)), wide=True),
        ),
    )


def _market(draft: Draft, options: Sequence[Option]) -> Table:
    columns = (Column("编号", 6, "center"), Column("方案名称", 22), Column("市场调研情况", 44))
    rows = [(option.id, option.name, given(option.assessment.market)) for option in options]
    return draft.table("市场调研", columns, rows, size="五号")


# Technical assessment


def _technical(draft: Draft, option: Option) -> list[Block]:
    technology = draft.technology(option)
    recorded = _recorded(draft, technology) if technology is not None else {}
    rows = []
    for name, label in TECHNICAL_LABELS.items():
        own = getattr(option.assessment, name).strip()
        if own:
            rows.append((label, own, "本项目评估"))
        elif technology is not None and recorded.get(name):
            rows.append((label, recorded[name], SITE_CHECK + _record_reference(draft, technology)))
        else:
            rows.append((label, NOT_GIVEN, BLANK))
    columns = (Column("评估内容", 20), Column("评估情况", 37), Column("依据", 15))
    blocks: list[Block] = [draft.table(f"{option.id} 技术评估", columns, rows, size="五号")]
    if option.technology_id is not None and technology is None:
        blocks.append(Note(f"注：所用目录中没有记录 {option.technology_id}，目录内容无法引用。"))
    return blocks


def _record_reference(draft: Draft, technology: Technology) -> str:
    return draft.sources.cite(f"清洁生产技术目录：{technology.id} {technology.name}")


def _recorded(draft: Draft, technology: Technology) -> dict[str, str]:
    """Return what the record says, by field of the assessment."""
    codes, applicability = draft.catalog.codes, technology.applicability
    approvals = [
        f"{codes.label('approvals', one.kind)}（{codes.label('approval_states', one.state)}）"
        for one in technology.approvals
    ]
    return {
        "maturity": display.maturity(technology, codes),
        "fit": f"前提条件：{'；'.join(applicability.preconditions)}\n"
        f"不适用：{'；'.join(applicability.not_suitable)}",
        "hazards": join(codes.labels("hazards", technology.hazards)),
        "approvals": join(approvals),
    }


# Environmental assessment


def _environmental(draft: Draft, option: Option) -> list[Block]:
    value = draft.values[option.id]
    blocks: list[Block] = []
    if option.effects:
        rows = [
            (KIND_LABELS[one.kind], one.label, change_text(one) + mark((one.figure.evidence,)), _judged(one),
             draft.sources.evidence(one.figure.evidence, one.figure.source))
            for one in option.effects
        ]  # fmt: skip
        columns = (
            Column("类别", 9), Column("项目", 16), Column("年变化量", 26), Column("环境影响", 9, "center"),
            Column("来源", 7, "center"),
        )  # fmt: skip
        blocks.append(draft.table(f"{option.id} 环境效果", columns, rows, size="五号"))
    else:
        blocks.append(Paragraph(f"污染物和资源能源的变化量：{NOT_GIVEN}。"))
    basis = BASIS_LABELS[draft.project.profile.coal_basis]
    energy = [effect for effect in option.effects if effect.kind == "energy"]
    blocks.append(Paragraph(_tonnes(draft, energy, value.tce, f"节能量（{basis}）", "tce/a", "折标准煤系数")))
    direct = [effect for effect in option.effects if effect.item == "co2"]
    text = _tonnes(draft, [*energy, *direct], value.co2, "二氧化碳减排量", "tCO2/a", "二氧化碳排放因子")
    blocks.append(Paragraph(text))
    own = option.assessment.environment.strip()
    blocks.append(Paragraph(f"环境评估意见：{own or NOT_GIVEN}"))
    return blocks + _recorded_drawbacks(draft, option)


def _judged(effect: ItemEffect) -> str:
    if effect.figure.value == 0:
        return BLANK
    return "有利" if gain(effect) > 0 else "不利"


def _tonnes(
    draft: Draft, effects: Sequence[ItemEffect], amount: Amount, name: str, unit: str, table: str
) -> str:
    """Return standard coal or CO2 with the factor rows it was computed with."""
    if not effects:
        return f"{name}：{NOT_CALCULATED}（方案未提供能源变化量）。"
    if amount.value is None:
        return f"{name}：{not_calculated(f'{item}的{table}' for item in amount.missing)}。"
    rows = "；".join(row + draft.sources.cite(f"{table}：{row}") for row in amount.rows)
    told = f"{name} {fixed(amount.value)} {unit}{mark(tonnes_evidence(effects, amount))}"
    told += "（负值表示增加）" if amount.value < 0 else ""
    return f"{told}。{table}：{rows}。" if rows else f"{told}。"


def _recorded_drawbacks(draft: Draft, option: Option) -> list[Block]:
    technology = draft.technology(option)
    if technology is None:
        return []
    worse = [effect for effect in technology.effects if effect.sign == "negative"]
    if not worse:
        return []
    told = "；".join(one.metric if one.quantity == UNKNOWN else display.effect(one) for one in worse)
    reference = _record_reference(draft, technology)
    return [Paragraph(f"附加的不利影响（{SITE_CHECK}）{reference}：{told}。")]
