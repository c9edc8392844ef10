"""Chapter 4 of the report: how the options were compared and ranked, what came of it, what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.audit.project import COMPARISON_LABELS, Option, State
from recommender.audit.ranking import FACTOR_LABELS, FACTORS, Swap, rank_options, sensitivity
from recommender.audit.report.cells import effects_cell, given, investment_cell, named, saving_cell
from recommender.audit.report.content import (
    BLANK,
    NOT_GIVEN,
    Block,
    Column,
    Draft,
    Note,
    Paragraph,
    Table,
    fixed,
    mark,
)
from recommender.audit.valuation import LOW_COST
from recommender.feedback import REASON_CODES
from recommender.labels import join

NOT_YET: dict[State, str] = {
    "recommended": "尚未实施", "selected": "尚未实施", "implementing": "实施中，未核定",
    "completed": "已完成，未核定", "abandoned": "已放弃",
}  # fmt: skip


# Comparison and ranking


def screening_blocks(draft: Draft) -> list[Block]:
    """Return the simple comparison of the options and the weighted rankings."""
    blocks: list[Block] = [
        Paragraph("简易比较：√ 表示可行，× 表示不可行；有一项为 × 的方案予以否定或暂缓，并写明原因。")
    ]
    compared = [option for option in draft.project.options if option.comparison is not None]
    if compared:
        blocks.append(_comparison_table(draft, compared))
    left = [option.id for option in draft.project.options if option.comparison is None]
    if left:
        blocks.append(Paragraph(f"未做简易比较的方案：{join(left)}。"))
    return blocks + _rankings(draft)


def _comparison_table(draft: Draft, compared: Sequence[Option]) -> Table:
    columns = (
        Column("编号", 5.5, "center"), Column("方案名称", 15),
        *(Column(label, 8.5, "center") for label in COMPARISON_LABELS.values()),
        Column("比较结果", 8.5, "center"), Column("× 的原因", 18),
    )  # fmt: skip
    rows = []
    for option in compared:
        comparison = option.comparison
        assert comparison is not None
        marks = {name: getattr(comparison, name) for name in COMPARISON_LABELS}
        reasons = [f"{COMPARISON_LABELS[name]}：{reason}" for name, reason in comparison.reasons.items()]
        rows.append(
            (
                option.id, option.name, *("√" if passed else "×" for passed in marks.values()),
                "通过" if comparison.passed else "不通过", "\n".join(reasons) or BLANK,
            )
        )  # fmt: skip
    return draft.table("方案简易比较", columns, rows)


def _rankings(draft: Draft) -> list[Block]:
    project = draft.project
    groups = dict.fromkeys(option.group for option in project.options if option.ratings is not None)
    if not groups:
        return [Paragraph("没有方案评分，未做权重总和计分排序。")]
    weights = project.profile.weights
    told = join([f"{FACTOR_LABELS[factor]} {getattr(weights, factor)}" for factor in FACTORS])
    blocks: list[Block] = [
        Paragraph(
            f"权重总和计分排序：权重 W 为{told}；评分 R 取 1–10 的整数，总分 = Σ W × R，"
            f"总分相同时以权重最大的一项评分高者在前。"
        )
    ]
    for group in groups:
        blocks += _ranking(draft, group)
    return blocks


def _ranking(draft: Draft, group: str) -> list[Block]:
    project = draft.project
    weights = project.profile.weights
    name = f"比选组“{group}”" if group else "未分组方案"
    columns = (
        Column("编号", 5, "center"), Column("方案名称", 18),
        *(Column(f"{FACTOR_LABELS[one]} W={getattr(weights, one)}", 9, "center") for one in FACTORS),
        Column("总分", 6, "center"), Column("排序", 6, "center"),
    )  # fmt: skip
    rows = []
    for ranked in rank_options(project, group=group):
        option = project.option(ranked.option_id)
        scores = [f"{getattr(option.ratings, one)}（{ranked.weighted[one]}）" for one in FACTORS]
        rows.append((option.id, option.name, *scores, str(ranked.total), str(ranked.rank)))
    blocks: list[Block] = [
        draft.table(f"权重总和计分排序（{name}）", columns, rows), Note("注：格内为 R（W × R）。"),
    ]  # fmt: skip
    lacking = [o.id for o in project.options if group and o.group == group and o.ratings is None]
    if lacking:
        blocks.append(Note(f"注：{name}中 {join(lacking)} 未评分，未参加排序。"))
    swaps = sensitivity(project, group=group)
    return [*blocks, *(Note(_swap(swap)) for swap in swaps[:1])]


def _swap(swap: Swap) -> str:
    way = "降到" if swap.new_weight < swap.weight else "升到"
    side = {"below": "以下", "above": "以上"}[swap.beyond]
    return (
        f"注：第一、第二名的次序取决于权重，最敏感的是{FACTOR_LABELS[swap.factor]}：其权重由 {swap.weight} "
        f"{way} {fixed(swap.new_weight)} {side}时，{swap.second} 超过 {swap.first}。"
    )


# Result


def result_blocks(draft: Draft) -> list[Block]:
    """Return what came of the screening: feasible options by track, refused ones with the reason."""
    by_outcome: dict[str, list[Option]] = {}
    for option in draft.project.options:
        by_outcome.setdefault(option.outcome, []).append(option)
    low, high = by_outcome.get("feasible_low_cost", []), by_outcome.get("preliminary_high_cost", [])
    refused, undecided = by_outcome.get("not_feasible", []), by_outcome.get("undecided", [])
    blocks: list[Block] = [
        Paragraph(
            f"筛选结果：可行的无/低费方案 {len(low)} 个，初步可行的中/高费方案 {len(high)} 个，"
            f"不可行方案 {len(refused)} 个，尚未得出结论 {len(undecided)} 个。"
        )
    ]
    for caption, options in (("可行的无/低费方案", low), ("初步可行的中/高费方案", high)):
        if options:
            blocks.append(_feasible_table(draft, caption, options))
    if refused:
        columns = (
            Column("编号", 6, "center"), Column("方案名称", 20), Column("原因代码", 9, "center"),
            Column("原因", 36),
        )  # fmt: skip
        rows = [(o.id, o.name, REASON_CODES[o.rejection or "other"], _refusal(o)) for o in refused]
        blocks.append(draft.table("不可行方案", columns, rows, size="五号"))
    if undecided:
        blocks.append(Paragraph(f"尚未得出筛选结论的方案：{join([named(o) for o in undecided])}。"))
    blocks += [Note(text) for text in _outcome_notes(draft, low, high)]
    return blocks


def _feasible_table(draft: Draft, caption: str, options: Sequence[Option]) -> Table:
    columns = (
        Column("编号", 6, "center"), Column("方案名称", 20), Column("所属方面", 12),
        Column("费用类别", 9.5, "center"), Column("投资\n（万元）", 13), Column("年节省 P\n（万元/a）", 16),
    )  # fmt: skip
    rows = [
        (
            option.id,
            option.name,
            draft.aspect_label(option.aspect),
            draft.class_label(draft.values[option.id].cost_class),
            investment_cell(draft, option),
            saving_cell(draft, option),
        )
        for option in options
    ]
    return draft.table(caption, columns, rows, size="五号")


def _refusal(option: Option) -> str:
    marked = option.comparison.reasons.values() if option.comparison is not None else ()
    return given(option.outcome_reason or "；".join(marked))


def _outcome_notes(draft: Draft, low: Sequence[Option], high: Sequence[Option]) -> list[str]:
    """Name the options whose outcome does not fit their cost class."""
    notes = []
    for options, wanted in ((low, True), (high, False)):
        for option in options:
            kind = draft.values[option.id].cost_class
            if kind is not None and (kind in LOW_COST) is not wanted:
                label = draft.class_label(kind)
                notes.append(f"注：{option.id} 的筛选结论与费用类别（{label}）不一致，请核对。")
    return notes


# 无/低费 options carried out


def verified_blocks(draft: Draft) -> list[Block]:
    """Return what the feasible 无/低费 options cost and brought once carried out."""
    options = [option for option in draft.project.options if option.outcome == "feasible_low_cost"]
    if not options:
        return [Paragraph("没有可行的无/低费方案。")]
    columns = (
        Column("编号", 5, "center"), Column("方案名称", 11), Column("实施情况\n和完成日期", 10, "center"),
        Column("实际费用\n（万元）", 9), Column("实际年节省\n（万元/a）", 9.5), Column("实际效果", 17),
        Column("说明", 14),
    )  # fmt: skip
    rows = [_verified_row(draft, option) for option in options]
    return [Paragraph(_verified_text(draft, options)), draft.table("无/低费方案实施效果", columns, rows)]


def _verified_row(draft: Draft, option: Option) -> tuple[str, ...]:
    actual = option.actual
    if actual is None:
        return (option.id, option.name, NOT_YET[option.state], *[BLANK] * 3, option.note or BLANK)
    made_up = mark(("example",)) if draft.project.is_example else ""
    source = made_up + draft.sources.cite(f"实施记录：方案 {option.id}，{actual.date.isoformat()}")
    saving = NOT_GIVEN if actual.saving_wan_yuan is None else fixed(actual.saving_wan_yuan) + source
    return (
        option.id, option.name, f"已实施\n{actual.date.isoformat()}", fixed(actual.cost_wan_yuan) + source,
        saving, effects_cell(draft, actual.effects), actual.note or BLANK,
    )  # fmt: skip


def _verified_text(draft: Draft, options: Sequence[Option]) -> str:
    done = [(option, option.actual) for option in options if option.actual is not None]
    left = [f"{option.id}（{NOT_YET[option.state]}）" for option in options if option.actual is None]
    text = f"可行的无/低费方案共 {len(options)} 个，已实施并核定 {len(done)} 个。"
    if done:
        made_up = mark(("example",)) if draft.project.is_example else ""
        text += f"实际费用合计 {fixed(sum(actual.cost_wan_yuan for _, actual in done))} 万元{made_up}，"
        known = [actual.saving_wan_yuan for _, actual in done if actual.saving_wan_yuan is not None]
        lost = [option.id for option, actual in done if actual.saving_wan_yuan is None]
        saved = f"{fixed(sum(known))} 万元/a{made_up}" if known else NOT_GIVEN
        text += f"实际年节省合计 {saved}{f'（{join(lost)} 未提供，不在合计内）' if lost else ''}。"
    return text + (f"尚未核定：{join(left)}。" if left else "")
