"""What the sheets say in words: effects, schedule, outcome, prices and factors used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recommender.audit.project import AuditProject, ItemEffect, Option, Price
from recommender.audit.report.cells import change_text, effect_label
from recommender.audit.report.content import BLANK, NOT_GIVEN, mark, plain
from recommender.audit.screening import OUTCOME_LABELS, STATE_LABELS
from recommender.audit.valuation import COST_CLASS_LABELS, Valuation, net_price
from recommender.audit.workbook.book import ECONOMICS, Book
from recommender.feedback import REASON_CODES
from recommender.labels import NOT_CALCULATED


def effects_text(effects: Iterable[ItemEffect]) -> str:
    """Return what changes in a year, each with unit and mark: 电力减少 120000 kWh/a（估）."""
    told = (f"{effect_label(one)}{change_text(one)}{mark([one.figure.evidence])}" for one in effects)
    return "；".join(told) or NOT_GIVEN


def problems_text(project: AuditProject, option: Option) -> str:
    """Return number and text of the problems an option solves, or 未提供."""
    texts = {problem.id: problem.text for problem in project.problems}
    return "；".join(f"{id} {texts[id]}" if id in texts else id for id in option.problem_ids) or NOT_GIVEN


def schedule_text(option: Option) -> str:
    """Return when an option was finished, or is to be built, or 未提供."""
    if option.actual is not None:
        return f"{option.actual.date.isoformat()} 完成"
    plan = option.schedule
    parts = [f"{plan.start.isoformat()} 起"] if plan.start is not None else []
    parts += [f"工期 {plan.days} 天"] if plan.days is not None else []
    parts += [f"停产 {plan.stop_days:g} 天"] if plan.stop_days is not None else []
    return "，".join(parts) or NOT_GIVEN


def outcome_text(option: Option) -> str:
    """Return the result of the screening with its reason, and the state once the option was selected."""
    reasons = [REASON_CODES[option.rejection]] if option.rejection is not None else []
    reasons += [option.outcome_reason.strip()] if option.outcome_reason.strip() else []
    told = f"（{'：'.join(reasons)}）" if reasons else ""
    state = "" if option.state == "recommended" else f"；{STATE_LABELS[option.state]}"
    return f"{OUTCOME_LABELS[option.outcome]}{told}{state}"


def cost_label(value: Valuation) -> str:
    """Return 无费, 低费, 中费 or 高费, or 未计算 while the class is unknown."""
    return COST_CLASS_LABELS[value.cost_class] if value.cost_class else NOT_CALCULATED


def price_text(price: Price) -> str:
    """Return a price as it is calculated with, and how it came out of the price given."""
    value, note = net_price(price)
    shown = f"{price.label} {value:.6g} {price.figure.unit}{mark([price.figure.evidence])}"
    if price.tax == "excluded":
        return f"{shown}（不含税）"
    if note is not None:
        return f"{shown}（含税）"
    return f"{shown}（由含税价 {plain(price.figure.value)} 按增值税率 {price.vat_rate:.0%} 折算）"


def factor_rows(valuations: Mapping[str, Valuation]) -> dict[str, list[str]]:
    """Return the options that use each factor row, by its text, in the order of first use."""
    found: dict[str, list[str]] = {}
    for id, value in valuations.items():
        for row in (*value.tce.rows, *value.co2.rows):
            users = found.setdefault(row, [])
            if id not in users:
                users.append(id)
    return found


def basis_note(book: Book) -> str:
    """Return prices, factor rows and the meaning of marks, as the note above the table of options."""
    profile = book.project.profile
    prices = "；".join(price_text(price) for price in profile.prices) or NOT_GIVEN
    factors = "；".join(factor_rows(book.valuations)) or "未用到"
    basis = "当量值" if profile.coal_basis == "calorific" else "等价值"
    notes = dict.fromkeys(note for value in book.valuations.values() for note in value.notes)
    lines = ["本表为示例项目，标“示例”的数据为演示而编，不代表任何企业。"] if book.project.is_example else []
    lines += [
        f"价格基准：{prices}。",
        f"电力折标准煤按{basis}；所用因子：{factors}。",
        f"未计算：缺少数据，不按 0 处理，所缺内容见“{ECONOMICS}”的“缺少”列；{BLANK}：该方案没有能源数据。"
        "（估）工程估计，（声称）供应方声称，（示例）示例数据。"
        f"投资、经济效益和回收期取自“{ECONOMICS}”，修改请改该表的浅黄色单元格。",
        *(f"{note}。" for note in notes),
    ]
    return "\n".join(lines)
