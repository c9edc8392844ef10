"""Where every figure of the workbook comes from (数据来源), one row a figure."""

from __future__ import annotations

from catalog import display
from catalog.load import Catalog
from recommender.audit.project import KIND_LABELS, Figure, Option
from recommender.audit.report.cells import named
from recommender.audit.report.content import (
    BLANK,
    EVIDENCE_BESIDES_CODES,
    NO_SOURCE,
    NOT_GIVEN,
    per_year,
    plain,
)
from recommender.audit.workbook.book import SOURCES, Book, table_sheet
from recommender.audit.workbook.cells import Column, Row, Sheet, number_or
from recommender.audit.workbook.words import factor_rows, price_text
from recommender.labels import join

_SETTINGS = "项目设置"
_SOURCE_COLUMNS = (
    Column("类别", 14), Column("对象", 26), Column("项目", 24), Column("数值", 14, "plain"),
    Column("单位", 13), Column("下限", 12, "plain"), Column("上限", 12, "plain"), Column("证据", 12),
    Column("出处与说明", 70),
)  # fmt: skip


def source_sheet(book: Book) -> Sheet:
    """Return 数据来源: settings, prices, site data, options, factors, technologies."""
    found = _SourceList(book.catalog)
    _settings(book, found)
    _site_data(book, found)
    for option in book.project.options:
        _option_figures(option, found)
    for row, users in factor_rows(book.valuations).items():
        found.text("因子", join(users), "折标准煤或二氧化碳排放因子", row)
    _technology_sources(book, found)
    note = f"本文件所有数据的来源；{BLANK}：不适用。方案的效果为年量，大于 0 为节约或减少，小于 0 为增加。"
    return table_sheet(book, SOURCES, note, _SOURCE_COLUMNS, tuple(found.rows))


class _SourceList:
    """Collects the rows of the sheet of sources."""

    def __init__(self, catalog: Catalog) -> None:
        grades = {code.code: code.label for code in catalog.codes["evidence_grades"]}
        self._labels = grades | EVIDENCE_BESIDES_CODES
        self.rows: list[Row] = []

    def yearly(self, group: str, owner: str, name: str, figure: Figure, note: str = "") -> None:
        annual = figure.model_copy(update={"unit": per_year(figure.unit)})
        self.figure(group, owner, name, annual, note)

    def figure(self, group: str, owner: str, name: str, figure: Figure, note: str = "") -> None:
        ends = [BLANK if end is None else end for end in (figure.low, figure.high)]
        source = "；".join(part for part in (figure.source.strip() or NO_SOURCE, note) if part)
        evidence = self._labels[figure.evidence]
        self.rows.append((group, owner, name, figure.value, figure.unit, *ends, evidence, source))

    def value(
        self,
        group: str,
        owner: str,
        name: str,
        value: float | None,
        unit: str,
        source: str,
        evidence: str = "",
    ) -> None:
        shown = number_or(value, NOT_GIVEN)
        label = self._labels[evidence] if evidence else BLANK
        self.rows.append((group, owner, name, shown, unit, BLANK, BLANK, label, source))

    def text(self, group: str, owner: str, name: str, source: str) -> None:
        self.rows.append((group, owner, name, BLANK, BLANK, BLANK, BLANK, BLANK, source))


def _settings(book: Book, found: _SourceList) -> None:
    profile = book.project.profile
    limits, paybacks = profile.cost_limits, profile.payback_limits
    for name, value, unit in (
        ("所得税率", _percent(profile.tax_rate), "%"),
        ("贴现率", _percent(profile.discount_rate), "%"),
        ("基准收益率", _percent(profile.benchmark_irr), "%"),
        ("折旧年限", float(profile.depreciation_years), "a"),
        ("寿命期", float(profile.life_years), "a"),
        ("残值率", _percent(profile.residual_rate), "%"),
        ("无费上限", limits.no_cost, "万元"),
        ("低费上限", limits.low_cost, "万元"),
        ("中费上限", limits.medium_cost, "万元"),
        ("偿还期限值（无/低费）", paybacks.low_cost, "a"),
        ("偿还期限值（中费）", paybacks.medium_cost, "a"),
        ("偿还期限值（高费）", paybacks.high_cost, "a"),
    ):
        found.value(_SETTINGS, profile.name, name, value, unit, _SETTINGS)
    for price in profile.prices:
        found.figure("价格", price.label, "单价", price.figure, price_text(price))
    for stream in profile.streams:
        if stream.amount is not None:
            found.figure("物流能流", stream.name, "数量", stream.amount, stream.note)


def _percent(rate: float | None) -> float | None:
    return None if rate is None else round(rate * 100, 8)


def _site_data(book: Book, found: _SourceList) -> None:
    for row in book.project.years:
        for year, amount in sorted(row.amounts.items()):
            source = row.source.strip() or NO_SOURCE
            unit, kind = per_year(row.unit), KIND_LABELS[row.kind]
            found.value("年度数据", f"{kind}：{row.label}", f"{year} 年", amount, unit, source, row.evidence)
    for target in book.project.targets:
        for name, when, value in (
            ("现状", None, target.current),
            ("近期目标", target.near_year, target.near),
            ("远期目标", target.far_year, target.far),
        ):
            told = f"{name}（{when} 年）" if when is not None else name
            found.value("清洁生产目标", target.indicator, told, value, target.unit, _SETTINGS)


def _option_figures(option: Option, found: _SourceList) -> None:
    owner = named(option)
    if option.investment is None:
        found.value("方案", owner, "投资", None, "万元", NOT_GIVEN)
    else:
        found.figure("方案", owner, "投资", option.investment, _scaling_text(option))
    for effect in option.effects:
        found.yearly("方案", owner, f"{effect.label}（{KIND_LABELS[effect.kind]}）", effect.figure)
    for money in option.money:
        found.yearly("方案", owner, money.label, money.figure)
    for name, years in (("寿命期", option.life_years), ("折旧年限", option.depreciation_years)):
        if years is not None:
            found.value("方案", owner, name, float(years), "a", "方案设置")
    if option.actual is not None:
        actual = option.actual
        told = "；".join(part for part in (f"{actual.date.isoformat()} 实施结果", actual.note) if part)
        found.value("实施结果", owner, "实际费用", actual.cost_wan_yuan, "万元", told, "site")
        found.value("实施结果", owner, "实际经济效益", actual.saving_wan_yuan, "万元/a", told, "site")
        for effect in actual.effects:
            found.yearly("实施结果", owner, effect.label, effect.figure, told)
    for follow_up in option.follow_ups:
        told = f"完成后 {follow_up.months} 个月，{follow_up.date.isoformat()} 测"
        for effect in follow_up.effects:
            found.yearly("跟踪", owner, effect.label, effect.figure, told)
        if follow_up.saving_wan_yuan is not None:
            found.value("跟踪", owner, "经济效益", follow_up.saving_wan_yuan, "万元/a", told, "site")


def _scaling_text(option: Option) -> str:
    if option.scaling is None:
        return ""
    one = option.scaling
    return (
        f"按规模估算：{plain(one.case_investment_wan_yuan)} 万元×({plain(one.capacity)}/"
        f"{plain(one.case_capacity)} {one.capacity_unit})^{one.exponent:g}，案例：{one.source}"
    )


def _technology_sources(book: Book, found: _SourceList) -> None:
    for option in book.project.options:
        if option.technology_id is None:
            continue
        owner, id = named(option), option.technology_id
        if id not in book.catalog:
            found.text("技术", owner, id, "技术目录中没有这个编号，请核对目录版本")
            continue
        technology = book.catalog[id]
        cited = [display.citation(one, book.catalog.policy) for one in technology.sources]
        cited += [display.publication(one) for one in technology.publications]
        found.text("技术", owner, f"{id} {technology.name}", "；".join(cited))
