"""Chapter 5 of the report: the economic assessment, from the prices to the verdict."""

from __future__ import annotations

from recommender.audit.project import ItemEffect, Option, Price
from recommender.audit.report.cells import (
    NO_SOLUTION,
    change_text,
    effect_label,
    given,
    investment_cell,
    not_calculated,
    saving_cell,
)
from recommender.audit.report.content import (
    BLANK,
    NOT_GIVEN,
    Block,
    Column,
    Draft,
    Note,
    Paragraph,
    fixed,
    mark,
    plain,
    sized,
)
from recommender.audit.valuation import Line, Valuation, net_price, payback_limit
from recommender.labels import ECONOMIC_FLAGS, MISSING_INPUTS

TAX_LABELS = {"included": "含税", "excluded": "不含税"}
FORMULAS = (
    ("I", "总投资费用，万元", "建设投资 + 建设期利息 + 流动资金 − 补贴"),
    ("P", "年运行费用总节省金额，万元/a", "收入增加额 + 总运行费用减少额"),
    ("D", "年折旧，万元/a", "I ×（1 − 残值率）÷ Y，Y 为折旧年限"),
    ("T", "应税利润，万元/a", "P − D"),
    ("E", "净利润，万元/a", "T ×（1 − 税率）；T 小于 0 时不缴税"),
    ("F", "年增加现金流量，万元/a", "E + D = P −（P − D）× 税率"),
    ("N", "投资偿还期，a", "I ÷ F；各年现金流不等时为累计现金流达到 I 的年份"),
    ("NPV", "净现值，万元", "Σ Fj ÷（1 + i）^j − I，j = 1…n，i 为贴现率，n 为寿命期"),
    ("NPVR", "净现值率，%", "NPV ÷ I × 100%"),
    ("IRR", "内部收益率，%", "NPV = 0 时的贴现率；插值法：i1 + NPV1 ×（i2 − i1）÷（NPV1 + |NPV2|）"),
)
"""Symbols of the feasibility chapter of the audit manual."""


# Basis


def basis_blocks(draft: Draft) -> list[Block]:
    """Return what the economic assessment of every option rests on: rates, formulas, prices."""
    profile = draft.project.profile
    limits = profile.payback_limits

    def rate(value: float | None) -> str:
        return NOT_GIVEN if value is None else f"{plain(value * 100)}%"

    benchmark = rate(profile.benchmark_irr)
    if profile.benchmark_irr is None:
        benchmark += "，按贴现率判断"
    blocks: list[Block] = [
        Paragraph(
            f"计算参数（本项目设定）：所得税率 {rate(profile.tax_rate)}，"
            f"贴现率 {rate(profile.discount_rate)}，折旧年限 {profile.depreciation_years} 年，"
            f"寿命期 {profile.life_years} 年，残值率 {rate(profile.residual_rate)}，基准收益率 {benchmark}；"
            f"投资偿还期限值：低费 "
            f"{plain(limits.low_cost)} 年，中费 {plain(limits.medium_cost)} 年，"
            f"高费 {plain(limits.high_cost)} 年。方案另有规定的以方案为准。金额按不含增值税的价格计算。"
        ),
        draft.table(
            "经济评估的符号和公式",
            (Column("符号", 8, "center"), Column("含义", 28), Column("公式", 42)),
            FORMULAS,
            size="五号",
        ),
    ]
    if not profile.prices:
        return [*blocks, Paragraph(f"价格：{NOT_GIVEN}。")]
    columns = (
        Column("项目", 16), Column("价格", 20), Column("计税", 9, "center"), Column("增值税率", 9, "center"),
        Column("计算采用的价格", 20),
    )  # fmt: skip
    blocks.append(
        draft.table("价格", columns, [_price_row(draft, one) for one in profile.prices], size="五号")
    )
    return blocks


def _price_row(draft: Draft, price: Price) -> tuple[str, ...]:
    figure = price.figure
    vat = NOT_GIVEN if price.vat_rate is None else f"{plain(price.vat_rate * 100)}%"
    return (
        price.label,
        f"{sized(figure)} {figure.unit}{draft.sources.behind(figure)}",
        TAX_LABELS[price.tax],
        vat if price.tax == "included" else BLANK,
        _used_price(price),
    )


def _used_price(price: Price) -> str:
    value, note = net_price(price)
    tax = TAX_LABELS["excluded" if note is None else "included"]
    return f"{plain(float(f'{value:.4g}'))} {price.figure.unit}（{tax}）"


# One option


def economic_blocks(draft: Draft, option: Option) -> list[Block]:
    """Return the economic assessment of one option: its yearly saving, the results, the verdict."""
    value = draft.values[option.id]
    columns = (
        Column("项目", 15), Column("年变化量", 21), Column("计算采用的价格", 21),
        Column("金额（万元/a）", 16),
    )  # fmt: skip
    blocks: list[Block] = [
        draft.table(f"{option.id} 年节省金额", columns, _saving_rows(draft, option), size="五号"),
        draft.table(
            f"{option.id} 经济评估结果",
            (Column("符号", 7, "center"), Column("指标", 21), Column("结果", 22), Column("说明", 26)),
            _result_rows(draft, option),
            size="五号",
        ),
        Paragraph(_accepted(draft, option, value)),
    ]
    told = [*value.notes, *(ECONOMIC_FLAGS[flag] for flag in value.economics.flags if _worth(value, flag))]
    return blocks + [Note(f"注：{text}。") for text in told]


def _worth(value: Valuation, flag: str) -> bool:
    """An undefined IRR is worth a note only where it should have been defined."""
    inputs = value.economics.inputs
    return flag != "irr_undefined" or bool(inputs.investment_wan_yuan)


def _saving_rows(draft: Draft, option: Option) -> list[tuple[str, ...]]:
    value = draft.values[option.id]
    count = len(option.effects)
    rows = [
        _effect_row(draft, effect, line)
        for effect, line in zip(option.effects, value.lines[:count], strict=True)
    ]
    for money, line in zip(option.money, value.lines[count:], strict=True):
        assert line.wan_yuan is not None
        rows.append((money.label, BLANK, BLANK, fixed(line.wan_yuan) + draft.sources.behind(money.figure)))
    return [*rows, ("合计 P", BLANK, BLANK, saving_cell(draft, option))]


def _effect_row(draft: Draft, effect: ItemEffect, line: Line) -> tuple[str, ...]:
    change = change_text(effect) + draft.sources.behind(effect.figure)
    label = effect_label(effect)
    if line.wan_yuan is not None:
        price = draft.prices[effect.item]
        reference = draft.sources.evidence(price.figure.evidence, price.figure.source)
        marked = mark((effect.figure.evidence, price.figure.evidence))
        return label, change, _used_price(price) + reference, fixed(line.wan_yuan) + marked
    if effect.item in draft.prices:
        return label, change, BLANK, "未计价（按排放量计价）"
    if effect.kind in ("generated", "discharged"):
        return label, change, NOT_GIVEN, "未计价"
    return label, change, NOT_GIVEN, not_calculated([f"{effect.label}价格"])


def _result_rows(draft: Draft, option: Option) -> list[tuple[str, ...]]:
    value = draft.values[option.id]
    found, inputs = value.economics, value.economics.inputs
    everything, invested = draft.money_evidence(option), draft.investment_evidence(option)
    without_rate = [name for name in value.missing if name != MISSING_INPUTS["discount_rate"]]

    def cell(
        number: float | None, unit: str, *, needs_rate: bool = False, evidence: set[str] = everything
    ) -> str:
        if number is not None:
            shown = f"{fixed(number * 100)}%" if unit == "%" else f"{fixed(number)} {unit}"
            return shown + mark(evidence)
        lacking = value.missing if needs_rate else without_rate
        if lacking:
            return not_calculated(lacking)
        return "不适用（投资为 0）" if inputs.investment_wan_yuan == 0 else NO_SOLUTION

    between = found.interpolation
    told = ""
    if between is not None:
        told = (
            f"i1 = {fixed(between.i1 * 100, 0)}%，NPV1 = {fixed(between.npv1)} 万元；"
            f"i2 = {fixed(between.i2 * 100, 0)}%，NPV2 = {fixed(between.npv2)} 万元"
        )
    rate = NOT_GIVEN if inputs.discount_rate is None else f"{plain(inputs.discount_rate * 100)}%"
    annuity = f"，年金现值系数 {fixed(found.annuity_factor, 4)}" if found.annuity_factor is not None else ""
    return [
        ("I", "总投资费用", investment_cell(draft, option, unit=" 万元"), _scaled(draft, option)),
        ("P", "年运行费用总节省金额", saving_cell(draft, option, unit=" 万元/a"), "见上表"),
        ("D", "年折旧", cell(found.depreciation_wan_yuan, "万元/a", evidence=invested),
         f"Y = {inputs.depreciation_years} 年，残值率 {plain(inputs.residual_rate * 100)}%"),
        ("T", "应税利润", cell(found.taxable_profit_wan_yuan, "万元/a"), "P − D"),
        ("E", "净利润", cell(found.net_profit_wan_yuan, "万元/a"),
         f"税率 {plain((inputs.tax_rate or 0) * 100)}%"),
        ("F", "年增加现金流量", cell(found.net_cash_flow_wan_yuan, "万元/a"), "E + D"),
        ("N", "投资偿还期", cell(found.payback_years, "年"), "I ÷ F"),
        ("NPV", "净现值", cell(found.npv_wan_yuan, "万元", needs_rate=True),
         f"i = {rate}，n = {inputs.life_years} 年{annuity}"),
        ("NPVR", "净现值率", cell(found.npvr, "%", needs_rate=True), "NPV ÷ I"),
        ("IRR", "内部收益率（精确解）", cell(found.irr, "%"), "NPV = 0"),
        ("IRR", "内部收益率（插值法）", cell(between.irr if between else None, "%"),
         told or BLANK),
    ]  # fmt: skip


def _scaled(draft: Draft, option: Option) -> str:
    scaling = option.scaling
    if scaling is None:
        return BLANK
    return (
        f"由案例投资 {fixed(scaling.case_investment_wan_yuan)} 万元按规模折算："
        f"{plain(scaling.case_capacity)} → {plain(scaling.capacity)} {scaling.capacity_unit}，"
        f"指数 {plain(scaling.exponent)}{draft.sources.cite(f'投资折算所依案例：{given(scaling.source)}')}"
    )


def _accepted(draft: Draft, option: Option, value: Valuation) -> str:
    acceptance, found, profile = value.acceptance, value.economics, draft.project.profile
    if acceptance.verdict == "not_calculated":
        return f"经济可行性：{not_calculated(value.missing)}。"
    limit = plain(payback_limit(draft.project, value.cost_class))
    years = NO_SOLUTION if found.payback_years is None else f"{fixed(found.payback_years)} 年"
    rate = profile.discount_rate if profile.benchmark_irr is None else profile.benchmark_irr
    word = "贴现率" if profile.benchmark_irr is None else "基准收益率"
    irr = "不适用" if not found.inputs.investment_wan_yuan else NO_SOLUTION
    shown = irr if found.irr is None else f"{fixed(found.irr * 100)}%"
    kind = draft.class_label(value.cost_class)
    texts = {
        "payback": f"投资偿还期 {years}，限值（{kind}）{limit} 年以内",
        "npv": f"净现值 {fixed(found.npv_wan_yuan or 0.0)} 万元，要求不小于 0",
        "irr": f"内部收益率 {shown}，要求不低于{word} {plain((rate or 0.0) * 100)}%",
    }
    told = "；".join(f"{texts[name]}：{'符合' if passed else '不符合'}" for name, passed in acceptance.checks)
    verdict = {"feasible": "经济可行", "not_feasible": "经济不可行"}[acceptance.verdict]
    return f"{told}。结论：{verdict}{mark(draft.money_evidence(option))}。"
