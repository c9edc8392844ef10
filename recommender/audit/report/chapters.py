"""Chapters 4 and 5 of the audit report from a project: what was proposed, screened, assessed, chosen.

Nothing is added that the project, its calculations or a record of the catalogue do not hold:
what is missing is named, what comes from the catalogue says so, and effects for the worse
stand beside those for the better.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence

from catalog import Catalog, Technology, display
from catalog.factors import BASIS_LABELS
from catalog.schema import UNKNOWN
from recommender.audit.criteria import Criterion, compare
from recommender.audit.ledger import gain, side_effects
from recommender.audit.package import violations
from recommender.audit.project import (
    COMPARISON_LABELS,
    AuditProject,
    CostClass,
    ItemEffect,
    ItemKind,
    Option,
    Price,
    Problem,
    State,
)
from recommender.audit.report.content import (
    BLANK,
    MARKS,
    NOT_CALCULATED,
    NOT_GIVEN,
    Block,
    Chapter,
    Column,
    Draft,
    FeasibilityChapter,
    Heading,
    Note,
    OptionChapter,
    Outline,
    Paragraph,
    Report,
    Section,
    Table,
    change_text,
    effect_label,
    effects_cell,
    fixed,
    given,
    investment_cell,
    mark,
    named,
    not_calculated,
    outline,
    per_year,
    plain,
    problem_number,
    saving_cell,
    sized,
)
from recommender.audit.screening import FACTOR_LABELS, FACTORS, Swap, rank_options, sensitivity
from recommender.audit.sequence import missing_prerequisites, package_value
from recommender.audit.totals import Totals, totals
from recommender.audit.valuation import (
    LOW_COST,
    Amount,
    Line,
    Valuation,
    cost_class,
    net_price,
    payback_limit,
)
from recommender.feedback import REASON_CODES
from recommender.labels import ECONOMIC_FLAGS, MISSING_INPUTS, join

COST_CLASSES: tuple[CostClass, ...] = ("no_cost", "low_cost", "medium_cost", "high_cost")
KIND_LABELS: dict[ItemKind, str] = {
    "energy": "能源", "water": "水", "material": "原辅材料", "generated": "产生量", "discharged": "排放量",
    "product": "产品",
}  # fmt: skip
TAX_LABELS = {"included": "含税", "excluded": "不含税"}
NOT_YET: dict[State, str] = {
    "recommended": "尚未实施", "selected": "尚未实施", "implementing": "实施中，未核定",
    "completed": "已完成，未核定", "abandoned": "已放弃",
}  # fmt: skip
TECHNICAL_LABELS = {
    "advanced": "先进性", "safety": "安全可靠性", "maturity": "成熟程度", "fit": "与现有条件的匹配",
    "quality": "对产品质量和产能的影响", "operation": "操作要求", "maintenance": "维修要求",
    "utilities": "公用工程", "hazards": "危害因素", "approvals": "审批手续",
}  # fmt: skip
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
NO_SOLUTION = "无解"
SITE_CHECK = "目录记载，须现场核实"
NO_HIGH_COST = "没有初步可行的中/高费方案，本节无内容。"


def report_content(project: AuditProject, catalog: Catalog, *, template: str, today: datetime.date) -> Report:
    """Return chapters 4 and 5 of a project as a view model.

    Args:
        project: the audit project.
        catalog: vocabularies, records and policy documents the project refers to.
        template: name in ``data/audit/report_templates.yaml``.
        today: date printed on top.

    Raises:
        BadInput: unknown template, or a unit that does not fit its price or factor.
    """
    chosen = outline(template)
    draft = Draft(project, catalog)
    chapters = (_option_chapter(draft, chosen.options), _feasibility_chapter(draft, chosen.feasibility))
    return Report(
        title=f"{project.profile.name} 清洁生产审核报告",
        subtitle=f"第{chosen.options.number}章、第{chosen.feasibility.number}章（{today.isoformat()}）",
        notes=_front_notes(draft, chosen),
        chapters=chapters,
        sources_heading=chosen.sources.text,
        sources=draft.sources.entries,
    )


def _front_notes(draft: Draft, chosen: Outline) -> tuple[Note, ...]:
    notes = [Note("本文为示例：标有（示例）的数值均为虚构，不得引用。")] if draft.project.is_example else []
    notes.append(
        Note(
            "数值后的标记：（估）工程估计，（声称）供应方声称，（示例）示例数值；由这些数值算得的结果标同样的标记。"
            f"方括号内的数字为文末“{chosen.sources.title}”的序号，结果未另注来源的按所列公式由有来源的数值算得。"
        )
    )
    return tuple(notes)


# Chapter 4


def _option_chapter(draft: Draft, chapter: OptionChapter) -> Chapter:
    draft.begin(chapter.number)
    titles = chapter.sections
    return Chapter(
        chapter.text,
        (
            Section(titles.generation.text, tuple(_generation(draft))),
            Section(titles.summary.text, tuple(_summary(draft)), wide=True),
            Section(titles.screening.text, tuple(_screening(draft))),
            Section(titles.result.text, tuple(_result(draft))),
            Section(titles.verified.text, tuple(_verified(draft))),
        ),
    )


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
        Column("序号", 6, "center"), Column("工序", 11), Column("问题", 28), Column("原因所属方面", 11),
        Column("目录匹配", 8, "center"), Column("对应方案", 10),
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


def _screening(draft: Draft) -> list[Block]:
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


def _result(draft: Draft) -> list[Block]:
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


def _verified(draft: Draft) -> list[Block]:
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


# Chapter 5


def _feasibility_chapter(draft: Draft, chapter: FeasibilityChapter) -> Chapter:
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
                tuple(_economic_basis(draft)),
                parts(titles.economic, _economic),
            ),
            Section(titles.recommended.text, tuple(_recommended(draft, options)), wide=True),
        ),
    )


def _market(draft: Draft, options: Sequence[Option]) -> Table:
    columns = (Column("编号", 6, "center"), Column("方案名称", 22), Column("市场调研情况", 44))
    rows = [(option.id, option.name, given(option.assessment.market)) for option in options]
    return draft.table("市场调研", columns, rows, size="五号")


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
    told = f"{name} {fixed(amount.value)} {unit}{mark(_evidences(effects, amount))}"
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


def _economic_basis(draft: Draft) -> list[Block]:
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


def _economic(draft: Draft, option: Option) -> list[Block]:
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


def _recommended(draft: Draft, options: Sequence[Option]) -> list[Block]:
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
    return fixed(amount.value) + mark(_evidences(effects, amount))


def _evidences(effects: Iterable[ItemEffect], amount: Amount) -> set[str]:
    """Evidences behind standard coal or CO2; a general or mean factor makes it an estimate."""
    found = {effect.figure.evidence for effect in effects}
    return found | ({"estimate"} if amount.estimated and not found & set(MARKS) else set())


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
    return f"{fixed(amount.value)} {unit}{mark(_evidences(effects, amount))}"


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
