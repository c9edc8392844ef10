"""Chapter 5 of the report: the 中/高费 options side by side, and the package recommended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from catalog.factors import BASIS_LABELS
from recommender.audit.criteria import Criterion, compare
from recommender.audit.ledger import side_effects
from recommender.audit.package import violations
from recommender.audit.project import KIND_LABELS, ItemEffect, Option
from recommender.audit.report.cells import (
    NO_SOLUTION,
    investment_cell,
    named,
    not_calculated,
    saving_cell,
    tonnes_evidence,
)
from recommender.audit.report.content import (
    NOT_CALCULATED,
    NOT_GIVEN,
    Block,
    Column,
    Draft,
    Note,
    Paragraph,
    Table,
    fixed,
    mark,
    per_year,
    plain,
)
from recommender.audit.sequence import missing_prerequisites, package_value
from recommender.audit.totals import Totals, totals
from recommender.audit.valuation import Amount
from recommender.labels import join


def recommended_blocks(draft: Draft, options: Sequence[Option]) -> list[Block]:
    """Return the comparison of the 中/高费 options and the package recommended."""
    columns = (
        Column("编号", 5, "center"), Column("方案名称", 13), Column("投资 I\n（万元）", 10),
        Column("年节省 P\n（万元/a）", 10), Column("N\n（年）", 10), Column("NPV\n（万元）", 10),
        Column("NPVR\n（%）", 10), Column("IRR\n（%）", 10), Column("节能量\n（tce/a）", 10),
        Column("减碳量\n（tCO2/a）", 10), Column("不利影响\n（项）", 8, "center"),
        Column("经济\n结论", 6.5, "center"), Column("选入\n组合", 5, "center"),
    )  # fmt: skip
    compared = compare(draft.project, [option.id for option in options])
    ranks = {row.option_id: row.ranks for row in compared.rows} if len(compared.rows) > 1 else {}
    rows = [_recommended_row(draft, option, ranks.get(option.id, {})) for option in options]
    blocks: list[Block] = [draft.table("初步可行的中/高费方案综合比较", columns, rows)]
    if ranks:
        blocks.append(Note("注：“第 n”为在已计算方案中的名次；不利影响为变差的项数，逐项见环境评估。"))
    blocks += [Paragraph(f"指标比较：{sentence}。") for sentence in compared.conflicts]
    if compared.left_out:
        told = "；".join(f"{id}（{reason}）" for id, reason in compared.left_out)
        blocks.append(Paragraph(f"未参加比较的方案：{told}。"))
    return blocks + _package(draft)


def _recommended_row(draft: Draft, option: Option, ranks: Mapping[Criterion, int]) -> tuple[str, ...]:
    value = draft.values[option.id]
    found = value.economics
    marked = mark(draft.money_evidence(option))

    def cell(number: float | None, criterion: Criterion, scale: float = 1.0) -> str:
        if number is None:
            return NOT_CALCULATED if value.missing else NO_SOLUTION
        rank = f"第 {ranks[criterion]}" if criterion in ranks else ""
        return "\n".join(part for part in (fixed(number * scale), marked, rank) if part)

    verdict = {"feasible": "可行", "not_feasible": "不可行", "not_calculated": NOT_CALCULATED}
    unknown = value.annual_saving_wan_yuan is None
    return (
        option.id, option.name, _stacked(investment_cell(draft, option)),
        NOT_CALCULATED if unknown else _stacked(saving_cell(draft, option)),
        cell(found.payback_years, "payback"), cell(found.npv_wan_yuan, "npv"),
        cell(found.npvr, "npvr", 100), cell(found.irr, "irr", 100),
        _stacked(_tonnes_cell(option, value.tce)), _stacked(_tonnes_cell(option, value.co2)),
        str(len(side_effects(option))), verdict[value.acceptance.verdict],
        "是" if option.id in draft.project.chosen else "否",
    )  # fmt: skip


def _stacked(text: str) -> str:
    """Return a figure with its marks on a line of their own, for narrow columns."""
    return text.replace("（", "\n（", 1)


def _tonnes_cell(option: Option, amount: Amount) -> str:
    effects = [effect for effect in option.effects if effect.kind == "energy" or effect.item == "co2"]
    if amount.value is None or not effects:
        return NOT_CALCULATED
    return fixed(amount.value) + mark(tonnes_evidence(effects, amount))


# Package


def _package(draft: Draft) -> list[Block]:
    project = draft.project
    if not project.chosen:
        return [Paragraph("尚未选定推荐实施的方案组合。")]
    options = [option for option in project.options if option.id in project.chosen]
    blocks: list[Block] = [Paragraph(f"推荐实施的方案组合：{join([named(option) for option in options])}。")]
    blocks += _package_sums(draft, options)
    found = totals(project, project.chosen)
    if found.items:
        blocks.append(_item_table(draft, found, options))
    told = [*violations(project, project.chosen), *found.notes, *_against(draft, options)]
    return blocks + [Note(f"注：{text}。") for text in dict.fromkeys(told)]


def _against(draft: Draft, options: Sequence[Option]) -> list[str]:
    """Name the chosen 中/高费 options whose economic assessment does not speak for them."""
    told = {"not_feasible": "经济评估结论为不可行", "not_calculated": "经济评估未计算"}
    values = [(option, draft.values[option.id]) for option in options]
    return [
        f"{named(option)} {told[value.acceptance.verdict]}，选入组合须说明理由"
        for option, value in values
        if value.acceptance.verdict in told and not value.is_low_cost
    ]


def _package_sums(draft: Draft, options: Sequence[Option]) -> list[Block]:
    project = draft.project
    if missing_prerequisites(options):
        return [Paragraph(f"组合合计：{NOT_CALCULATED}（组合缺少前置方案，见表后说明）。")]
    value = package_value(project, project.chosen)
    saving = {one for option in options for one in draft.saving_evidence(option)}
    invested = {one for option in options for one in draft.investment_evidence(option)}
    money = saving | invested
    energy = [one for option in options for one in option.effects if one.kind == "energy"]
    direct = [one for option in options for one in option.effects if one.item == "co2"]
    lacking = join(list(value.missing))
    basis = BASIS_LABELS[project.profile.coal_basis]

    def cell(number: float | None, unit: str, evidences: set[str]) -> str:
        if number is None:
            return f"{NOT_CALCULATED}（缺少：{lacking}）" if lacking else NO_SOLUTION
        return f"{fixed(number)} {unit}{mark(evidences)}".replace(" %", "%")

    irr = None if value.irr is None else value.irr * 100
    rows = [
        ("总投资 I", cell(value.investment_wan_yuan, "万元", invested)),
        ("年节省 P", cell(value.annual_saving_wan_yuan, "万元/a", saving)),
        ("投资偿还期 N", cell(value.payback_years, "年", money)),
        ("净现值 NPV", cell(value.npv_wan_yuan, "万元", money)),
        ("内部收益率 IRR", cell(irr, "%", money)),
        (f"节能量（{basis}）", _package_tonnes(value.tce, energy, "tce/a")),
        ("二氧化碳减排量", _package_tonnes(value.co2, [*energy, *direct], "tCO2/a")),
    ]
    columns = (Column("指标", 20), Column("合计", 60))
    return [
        draft.table("推荐组合合计", columns, rows, size="五号"),
        Note(
            "注：几个方案节约同一种物料或能源时，后实施的方案只作用于剩余部分，合计可小于各方案单独数值之和。"
        ),
        *(Note(f"注：{text}。") for text in value.notes),
    ]


def _package_tonnes(amount: Amount, effects: Sequence[ItemEffect], unit: str) -> str:
    if not effects:
        return f"{NOT_CALCULATED}（方案未提供能源变化量）"
    if amount.value is None:
        return not_calculated(f"{item}的系数" for item in amount.missing)
    return f"{fixed(amount.value)} {unit}{mark(tonnes_evidence(effects, amount))}"


def _item_table(draft: Draft, found: Totals, options: Sequence[Option]) -> Table:
    rows = []
    for item in found.items:
        evidences = {
            one.figure.evidence for option in options for one in option.effects
            if (one.kind, one.baseline_item or one.item) == (item.kind, item.item)
        }  # fmt: skip
        word = "减少" if item.saving > 0 else "增加" if item.saving < 0 else "不变"
        change = f"{word} {_rounded(abs(item.saving))} {per_year(item.unit)}" if item.saving else word
        base, after = (
            NOT_GIVEN if amount is None else f"{_rounded(amount)} {per_year(item.unit)}"
            for amount in (item.baseline, item.after)
        )
        share = NOT_CALCULATED if item.share is None else f"{fixed(abs(item.share) * 100)}%"
        rows.append(
            (KIND_LABELS[item.kind], item.label, base, change + mark(evidences), share,
             NOT_CALCULATED if item.after is None else after + mark(evidences), " ".join(item.options))
        )  # fmt: skip
    columns = (
        Column("类别", 8), Column("项目", 14), Column(f"基准（{_year(found)}）", 16), Column("年变化量", 18),
        Column("占基准", 8), Column("实施后", 18), Column("方案", 12),
    )  # fmt: skip
    return draft.table("推荐组合的环境效果", columns, rows)


def _year(found: Totals) -> str:
    return "年份未提供" if found.year is None else f"{found.year} 年"


def _rounded(value: float) -> str:
    """Return a summed amount without digits nobody measured."""
    size = abs(value)
    return plain(round(value, 0 if size >= 1000 else 2)) if size >= 1 else plain(float(f"{value:.3g}"))
