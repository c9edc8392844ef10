"""Chapter 4 of the report: how the options came about, and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence

from catalog import display
from recommender.audit.project import AuditProject, CostClass, Option, Problem
from recommender.audit.report.cells import effects_cell, given, investment_cell, problem_number, saving_cell
from recommender.audit.report.content import (
    BLANK,
    NOT_GIVEN,
    Block,
    Chapter,
    Column,
    Draft,
    Note,
    OptionChapter,
    Paragraph,
    Section,
    Table,
    plain,
)
from recommender.audit.report.screening import result_blocks, screening_blocks, verified_blocks
from recommender.audit.valuation import cost_class
from recommender.labels import join

COST_CLASSES: tuple[CostClass, ...] = ("no_cost", "low_cost", "medium_cost", "high_cost")


def option_chapter(draft: Draft, chapter: OptionChapter) -> Chapter:
    """Return chapter 4 as a view model."""
    draft.begin(chapter.number)
    titles = chapter.sections
    return Chapter(
        chapter.text,
        (
            Section(titles.generation.text, tuple(_generation(draft))),
            Section(titles.summary.text, tuple(_summary(draft)), wide=True),
            Section(titles.screening.text, tuple(screening_blocks(draft))),
            Section(titles.result.text, tuple(result_blocks(draft))),
            Section(titles.verified.text, tuple(verified_blocks(draft))),
        ),
    )


# How the options came about


def _generation(draft: Draft) -> list[Block]:
    project = draft.project
    verdicts = {match.problem_id: match for match in project.matches}
    found = [p for p in project.problems if p.id in verdicts and verdicts[p.id].verdict == "matched"]
    none = [p for p in project.problems if p not in found]
    open_ones = [p for p in none if p.id not in verdicts]
    matched = [option for option in project.options if option.origin == "matched"]
    left = f"，其中 {len(open_ones)} 个尚未匹配" if open_ones else ""
    blocks: list[Block] = [
        Paragraph(
            f"审核共列出问题 {len(project.problems)} 个，其中 {len(found)} 个在清洁生产技术目录中匹配到技术，"
            f"{len(none)} 个未匹配{left}。"
            f"共产生方案 {len(project.options)} 个：由目录匹配 {len(matched)} 个，"
            f"自拟 {len(project.options) - len(matched)} 个。"
        )
    ]
    if project.problems:
        blocks.append(_problem_table(draft, {p.id for p in found}))
    if none:
        rows = []
        for problem in none:
            match = verdicts.get(problem.id)
            reason = "尚未匹配" if match is None else given(match.none_reason)
            own = join(_answering(project, problem))
            rows.append((problem_number(problem), problem.text, "未匹配", reason, own or "无"))
        columns = (
            Column("序号", 6, "center"), Column("问题", 24), Column("结果", 8, "center"), Column("原因", 24),
            Column("自拟方案", 9),
        )  # fmt: skip
        blocks.append(draft.table("未匹配的问题", columns, rows))
    recorded = [option for option in project.options if option.technology_id or option.origin == "matched"]
    if recorded:
        blocks.append(_policy_table(draft, recorded))
    return blocks


def _answering(project: AuditProject, problem: Problem) -> list[str]:
    return [option.id for option in project.options if problem.id in option.problem_ids]


def _problem_table(draft: Draft, found: set[str]) -> Table:
    columns = (
        Column("序号", 6, "center"), Column("工序", 9), Column("问题", 24), Column("原因所属方面", 11),
        Column("目录匹配", 8, "center"), Column("对应方案", 17),
    )  # fmt: skip
    rows = [
        (
            problem_number(problem),
            given(problem.process),
            problem.text,
            draft.aspect_label(problem.cause_aspect),
            "已匹配" if problem.id in found else "未匹配",
            join(_answering(draft.project, problem)) or "无",
        )
        for problem in draft.project.problems
    ]
    return draft.table("问题清单", columns, rows)


def _policy_table(draft: Draft, options: Sequence[Option]) -> Table:
    users: dict[str, list[str]] = {}
    for option in options:
        users.setdefault(option.technology_id or "", []).append(option.id)
    rows = [
        (join(ids), *_policy_cells(draft, id))
        for id, ids in users.items()
    ]  # fmt: skip
    columns = (Column("方案", 8), Column("目录编号", 10), Column("技术名称", 14), Column("政策依据", 40))
    return draft.table("方案所用的目录技术及其政策依据", columns, rows)


def _policy_cells(draft: Draft, id: str) -> tuple[str, str, str]:
    catalog = draft.catalog
    if id not in catalog:
        return id or NOT_GIVEN, NOT_GIVEN, "所用目录中没有这条记录，政策依据无法引用"
    technology = catalog[id]
    cited = [display.citation(source, catalog.policy) for source in technology.sources]
    return id, technology.name, "\n".join(cited) or "目录记录未列政策依据"


# All options


def _summary(draft: Draft) -> list[Block]:
    project = draft.project
    limits = project.profile.cost_limits
    blocks: list[Block] = [
        Paragraph(
            f"费用类别的界限由本项目自行设定（全国没有统一界限）：无费不超过 {plain(limits.no_cost)} 万元，"
            f"低费不超过 {plain(limits.low_cost)} 万元，中费不超过 {plain(limits.medium_cost)} 万元，"
            f"超过 {plain(limits.medium_cost)} 万元为高费。"
        ),
        _aspect_table(draft),
    ]
    if not project.options:
        return [*blocks, Paragraph("项目中没有方案。")]
    columns = (
        Column("编号", 4.5, "center"), Column("方案名称", 11), Column("所属方面", 6.5),
        Column("解决的\n问题", 5.5), Column("方案内容", 15.5), Column("费用类别", 6.5, "center"),
        Column("投资\n（万元）", 9), Column("年节省 P\n（万元/a）", 9), Column("预计效果", 17),
        Column("来源", 7),
    )  # fmt: skip
    rows = [_option_row(draft, option) for option in project.options]
    blocks.append(draft.table("方案汇总", columns, rows))
    blocks += [Note(text) for text in _class_notes(draft)]
    return blocks


def _aspect_table(draft: Draft) -> Table:
    classes: tuple[CostClass | None, ...] = COST_CLASSES
    kinds = {option.id: draft.values[option.id].cost_class for option in draft.project.options}
    if None in kinds.values():
        classes = (*COST_CLASSES, None)
    titles = ["未分类" if one is None else draft.class_label(one) for one in classes]
    columns = [Column("方面", 14), *(Column(title, 8, "center") for title in [*titles, "合计"])]
    rows = []
    for aspect in draft.catalog.codes["audit_aspects"]:
        own = [kinds[option.id] for option in draft.project.options if option.aspect == aspect.code]
        rows.append([aspect.label, *(str(own.count(one)) for one in classes), str(len(own))])
    every = list(kinds.values())
    rows.append(["合计", *(str(every.count(one)) for one in classes), str(len(every))])
    return draft.table("方案按八个方面和费用类别的数量（个）", columns, rows, size="五号")


def _option_row(draft: Draft, option: Option) -> tuple[str, ...]:
    numbers = {problem.id: problem_number(problem) for problem in draft.project.problems}
    origin = "目录匹配" if option.origin == "matched" else "自拟"
    return (
        option.id,
        option.name,
        draft.aspect_label(option.aspect),
        join([numbers[id] for id in option.problem_ids]) or BLANK,
        given(option.content),
        draft.class_label(draft.values[option.id].cost_class),
        investment_cell(draft, option),
        saving_cell(draft, option),
        effects_cell(draft, option.effects),
        f"{origin}\n{option.technology_id or ''}".strip(),
    )


def _class_notes(draft: Draft) -> list[str]:
    notes = []
    for option in draft.project.options:
        by_limits = cost_class(draft.project, option.model_copy(update={"cost_class": None}))
        if option.cost_class is not None and by_limits not in (None, option.cost_class):
            notes.append(
                f"注：{option.id} 的费用类别为人工指定（{draft.class_label(option.cost_class)}），"
                f"按投资额应为{draft.class_label(by_limits)}。"
            )
    return notes
