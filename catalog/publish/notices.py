"""The official documents around one edition, from the call to the handling of objections.

Words stand in ``data/review/notice_texts.yaml``, the legal basis in ``catalog.publish.legal``; here
the data of dossiers and editions is put into them. Everything made is a draft (代拟稿).
"""

from __future__ import annotations

import datetime
import functools
import itertools
import statistics
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ParamSpec

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from catalog.display import number
from catalog.editions.edition import Edition
from catalog.errors import BadInput
from catalog.nominations.form import ADVANCEMENT_LABELS, CASE_LABELS, CLASS_LABELS, LABELS
from catalog.nominations.rules import rule_set
from catalog.paths import DATA_DIR
from catalog.publish import columns, legal
from catalog.publish.gongwen import (
    DRAFT_MARK,
    Annex,
    Block,
    Content,
    Form,
    FormRow,
    Gongwen,
    Grid,
    Level,
    chinese_date,
    gongwen_docx,
)
from catalog.publish.word import Align
from catalog.review.desk import Kept
from catalog.review.dossier import Objection, PublicNotice, Score

NOT_GIVEN = columns.NOT_GIVEN
EXAMPLE_MARK = "（代拟稿，示例数据，不得印发）"
_LANDSCAPE_MM = 225.0
_NOTICE_DAYS = int(PublicNotice.model_fields["days"].default)


@dataclass(frozen=True)
class Sender:
    """Who writes, on which day, under which number, to whom, and who answers questions."""

    issuer: str
    on: datetime.date
    number: str = ""
    addressee: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    copies: tuple[str, ...] = ()
    printed_by: str = ""


# Texts.


class Paragraph(BaseModel):
    """One paragraph of a text, or the place of a table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Level = "text"
    text: str = ""
    rest: str = ""
    when: str = ""
    each: str = ""
    slot: str = ""


class Text(BaseModel):
    """The words of one document."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    body: tuple[Paragraph, ...]
    basis: tuple[str, ...] = ()
    rule_ids: tuple[str, ...] = ()


Values = Mapping[str, str | Sequence[str]]


@functools.lru_cache(maxsize=2)
def texts(path: Path | None = None) -> tuple[dict[str, Text], dict[str, str]]:
    """Return the texts by key, and the Chinese words for their placeholders.

    Raises:
        BadInput: the file is faulty.
    """
    where = path or DATA_DIR / "review" / "notice_texts.yaml"
    content = yaml.safe_load(where.read_text(encoding="utf-8"))
    labels = content.pop("labels")
    try:
        return {key: Text.model_validate(value) for key, value in content.items()}, labels
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise BadInput(f"{where}: {place}: “{fault['input']}”：{fault['msg']}") from error


def fill(text: str, values: Values, *, where: str) -> str:
    """Return a text with every placeholder replaced.

    Args:
        text: with placeholders in braces.
        values: what to put in.
        where: name of the document, for the message.

    Raises:
        BadInput: a placeholder has no value, or an empty one.
    """
    parts = []
    for literal, name, _, _ in string.Formatter().parse(text):
        parts.append(literal)
        if name is None:
            continue
        value = values.get(name, "")
        if not isinstance(value, str) or not value.strip():
            label = texts()[1].get(name, name)
            raise BadInput(f"{where}：“{label}”（占位符 {{{name}}}）未填写，请补填")
        parts.append(value)
    return "".join(parts)


def _body(
    key: str, values: Values, slots: Mapping[str, Sequence[Content]] | None = None
) -> tuple[Content, ...]:
    """Return the body of a document: its paragraphs filled, its tables put in place.

    Raises:
        BadInput: a placeholder without value, or a table nobody gave.
    """
    text = texts()[0][key]
    body: list[Content] = []
    for paragraph in text.body:
        if paragraph.when and not values.get(paragraph.when):
            continue
        if paragraph.slot:
            if paragraph.slot not in (slots or {}):
                raise BadInput(f"{text.name}：表格“{paragraph.slot}”没有内容，请检查模板")
            body += (slots or {})[paragraph.slot]
            continue
        items: Iterable[str | None] = values.get(paragraph.each, ()) if paragraph.each else (None,)
        for item in items:
            own = values if item is None else {**values, "item": item}
            rest = fill(paragraph.rest, own, where=text.name)
            body.append(Block(paragraph.level, fill(paragraph.text, own, where=text.name), rest))
    return tuple(body)


def _title(key: str, values: Values) -> str:
    text = texts()[0][key]
    return fill(text.title, values, where=text.name)


def _basis(key: str, chosen: Sequence[str] | None, on: datetime.date) -> str:
    """Return the citation: the keys asked for, or those of the text that are in force."""
    keys = tuple(chosen) if chosen is not None else legal.in_force(texts()[0][key].basis, on)
    return legal.cite(keys, on)


def _contact(sender: Sender) -> dict[str, str]:
    return {"contact": sender.contact, "phone": sender.phone, "email": sender.email}


def _letter(
    key: str, values: Values, sender: Sender, body: tuple[Content, ...], *,
    attachments: tuple[Annex, ...] = (), red_head: bool = True, example: bool = False, addressee: str = "",
) -> Gongwen:  # fmt: skip
    return Gongwen(
        title=_title(key, values), issuer=sender.issuer, body=body, number=sender.number,
        addressee=addressee or sender.addressee, attachments=attachments, date=sender.on,
        copies=sender.copies, printed_by=sender.printed_by, red_head=red_head,
        draft_mark=EXAMPLE_MARK if example else DRAFT_MARK,
    )  # fmt: skip


def _sheet(key: str, values: Values, body: tuple[Content, ...], *, landscape: bool, example: bool) -> Gongwen:
    return Gongwen(
        title=_title(key, values), issuer="", body=body, red_head=False, signed=False, landscape=landscape,
        draft_mark=EXAMPLE_MARK if example else DRAFT_MARK,
    )  # fmt: skip


def _name_of(kept: Kept) -> str:
    return kept.dossier.form.name or "（未命名）"


def _person(names: Mapping[str, str], id: str) -> str:
    if not names.get(id, "").strip():
        raise BadInput(f"专家“{id}”没有姓名，请先在专家库中登记")
    return names[id]


# The call (征集通知) and its forms.


def call_document(
    sender: Sender, *, catalogue: str, deadline: datetime.date, unit_deadline: datetime.date,
    fields: Sequence[str], focus: Sequence[str] = (), quota: int | None = None, rules: str = "city",
    cases: int = 2, basis: Sequence[str] | None = None,
) -> Gongwen:  # fmt: skip
    """Return the call for nominations with 申报表 and 推荐汇总表 as blank forms.

    Args:
        sender: who calls.
        catalogue: name of the catalogue with its year.
        deadline: last day for the recommending units.
        unit_deadline: last day for the applicants, not after ``deadline``.
        fields: fields that are asked for.
        focus: directions asked for first, for example gaps of the catalogue.
        quota: most technologies a unit may recommend; None prints no such sentence.
        rules: formal rules whose conditions are printed (``data/rules``).
        cases: blank case tables in the form.
        basis: keys of the legal basis; those of the text in force that day by default.

    Raises:
        BadInput: something to be printed is missing, the days are out of order, or the legal
            basis does not hold on the day.
    """
    if not sender.on < unit_deadline <= deadline:
        raise BadInput(
            f"征集通知：申报截止日期 {unit_deadline.isoformat()} 应晚于成文日期 {sender.on.isoformat()}，"
            f"且不晚于推荐截止日期 {deadline.isoformat()}"
        )
    conditions = _conditions(rules)
    values: Values = {
        **_contact(sender), "issuer": sender.issuer, "catalogue": catalogue,
        "basis": _basis("call", basis, sender.on), "fields": "、".join(fields),
        "focus": "；".join(focus), "conditions": conditions, "quota": "" if quota is None else str(quota),
        "deadline": chinese_date(deadline), "unit_deadline": chinese_date(unit_deadline),
        "notice_days": str(_NOTICE_DAYS),
    }  # fmt: skip
    forms = (
        Annex("清洁生产技术申报表", (nomination_form(cases=cases),)),
        Annex("清洁生产技术推荐汇总表", (_recommendation_form(),), landscape=True),
    )
    return _letter("call", values, sender, _body("call", values), attachments=forms)


def _conditions(name: str) -> tuple[str, ...]:
    """Return the labels of the rules the text names, closed like the items of a list."""
    wanted = texts()[0]["call"].rule_ids
    labels = [rule.label for rule in rule_set(name).rules if rule.id in wanted]
    return tuple(f"{label}{'；' if place < len(labels) else '。'}" for place, label in enumerate(labels, 1))


_TALL_MM = 26.0


def nomination_form(*, cases: int = 2) -> Form:
    """Return the blank filing form with every field of the form and ``cases`` case tables."""
    label = LABELS
    boxes = "　".join(f"□{word}" for word in CLASS_LABELS.values())
    levels = "　".join(f"□{word}" for word in ADVANCEMENT_LABELS.values())

    def tall(*names: str) -> list[FormRow]:
        return [FormRow((label[name], ""), _TALL_MM) for name in names]

    rows = [
        FormRow(("一、基本情况",)),
        FormRow((label["name"], "")),
        FormRow((label["applicant"], "", label["credit_code"], "")),
        FormRow((label["contact"], "", label["phone"], "")),
        FormRow((label["region"], "", label["recommender"], "")),
        FormRow((label["field"], "", label["industries"], "")),
        FormRow((label["technology_class"], boxes)),
        FormRow((label["advancement"], levels)),
        FormRow((label["trl"], "（1—9级）", label["in_use_since"], "")),
        FormRow((label["technology_id"], "（更新申报时填写）")),
        FormRow(("二、技术内容",)),
        *tall("summary", "principle", "parameters", "effects", "features", "scope"),
        FormRow(("三、应用案例（国内案例，每个案例一表，可加页）",)),
        *(row for place in range(1, cases + 1) for row in _case_rows(place)),
        FormRow(("四、证明材料和推广情况",)),
        *tall("intellectual_property", "evidence"),
        FormRow((label["penetration_now"], "　　%", label["penetration_forecast"], "　　%")),
        *tall("barriers", "attachments"),
        FormRow((f"五、{label['declared']}",)),
        FormRow(("本单位承诺所填内容和所附材料真实、有效，愿意承担提供虚假材料的责任。",), 14.0, True),
        FormRow((label["declared_by"], "（签字、盖章）", label["declared_on"], "")),
        FormRow((f"六、{label['recommendation']}",)),
        FormRow(("\n\n（盖章）　　　　年　　月　　日",), _TALL_MM, True),
    ]
    return Form(tuple(rows))


def _case_rows(place: int) -> list[FormRow]:
    labels = list(CASE_LABELS.values())
    rows = [FormRow((f"{LABELS['cases']}{place}",), 8.0)]
    rows += [FormRow((left, "", right, "")) for left, right in zip(labels[::2], labels[1::2], strict=False)]
    if len(labels) % 2:
        rows.append(FormRow((labels[-1], "")))
    return rows


def _recommendation_form() -> Grid:
    names = ("name", "applicant", "field", "industries", "technology_class", "contact", "phone",
             "recommendation")  # fmt: skip
    header = ("序号", *(LABELS[name] for name in names))
    rows = tuple((str(line), *("" for _ in names)) for line in range(1, 11))
    widths = (10.0, 45.0, 40.0, 22.0, 25.0, 18.0, 18.0, 22.0, 25.0)
    note = "推荐单位（盖章）：　　　　　　　　填表人：　　　　　　　　联系电话：　　　　　　　　日期："
    return Grid(header, rows, widths, ("center",), notes=(note,), row_mm=9.0)


# Correction (补正通知).


def correction_document(kept: Kept, *, sender: Sender, deadline: datetime.date) -> Gongwen:
    """Return the notice that lists what an applicant has to mend: rule, field, value, remedy.

    Raises:
        BadInput: nothing to mend, a deadline that is over, or a missing contact.
    """
    dossier = kept.dossier
    if not dossier.findings:
        raise BadInput(f"{kept.id}：没有需要补正的问题，请先做形式审查")
    if deadline <= sender.on:
        raise BadInput(
            f"{kept.id}：补正期限 {deadline.isoformat()} 应晚于通知日期 {sender.on.isoformat()}，请改晚"
        )
    values: Values = {
        **_contact(sender), "technology": _name_of(kept), "dossier": kept.id,
        "count": str(len(dossier.findings)), "deadline": chinese_date(deadline),
    }  # fmt: skip
    rows = tuple(
        (str(place), f.rule, LABELS.get(f.field, f.field), f.value or NOT_GIVEN, f.remedy)
        for place, f in enumerate(dossier.findings, 1)
    )
    header = ("序号", "审查规则", "栏目", "所填内容", "补正要求")
    grid = Grid(header, rows, (11.0, 36.0, 27.0, 32.0, 50.0), ("center",))
    return _letter(
        "correction", values, sender, _body("correction", values, {"findings": (grid,)}),
        red_head=False, example=dossier.is_example,
        addressee=dossier.form.applicant or "（申报单位未填写）",
    )  # fmt: skip


# Scores (评分汇总表).


@dataclass(frozen=True)
class ScoreRow:
    """What the experts of a round gave for one criterion, or in total.

    ``points`` are (expert id, points); the sample deviation needs two of them.
    """

    dossier_id: str
    name: str
    round: int
    criterion: str
    points: tuple[tuple[str, float], ...]
    asked: int

    @property
    def values(self) -> list[float]:
        """Return the points alone."""
        return [value for _, value in self.points]

    @property
    def mean(self) -> float | None:
        """Return the mean, or None without points."""
        return statistics.fmean(self.values) if self.points else None

    @property
    def spread(self) -> float | None:
        """Return highest minus lowest, or None without points."""
        return max(self.values) - min(self.values) if self.points else None

    @property
    def deviation(self) -> float | None:
        """Return the sample standard deviation (n - 1), or None with fewer than two."""
        return statistics.stdev(self.values) if len(self.points) > 1 else None


TOTAL = "合计"


def score_rows(kept: Kept, criteria: Mapping[str, str]) -> tuple[ScoreRow, ...]:
    """Return one row a round and criterion, and the total of the experts who scored all of them.

    Points of recused experts do not count; a criterion an expert left out is no zero.

    Args:
        kept: the dossier.
        criteria: criterion code -> label, in the order to be printed.

    Raises:
        BadInput: points for a criterion that is in no list.
    """
    dossier = kept.dossier
    rows = []
    for round_ in sorted({score.round for score in dossier.scores}):
        recused = {a.expert_id for a in dossier.assignments if a.round == round_ and a.recused}
        scores = sorted(
            (s for s in dossier.scores if s.round == round_ and s.expert_id not in recused),
            key=lambda score: score.expert_id,
        )
        asked = {a.expert_id for a in dossier.assignments if a.round == round_} - recused
        count = len(asked | {score.expert_id for score in scores})
        for score in scores:
            _known(kept.id, score, criteria)
        for code, label in criteria.items():
            points = tuple((s.expert_id, s.points[code]) for s in scores if code in s.points)
            rows.append(ScoreRow(kept.id, _name_of(kept), round_, label, points, count))
        complete = [s for s in scores if all(code in s.points for code in criteria)]
        total = tuple((s.expert_id, sum(s.points[code] for code in criteria)) for s in complete)
        rows.append(ScoreRow(kept.id, _name_of(kept), round_, TOTAL, total, count))
    return tuple(rows)


def _known(id: str, score: Score, criteria: Mapping[str, str]) -> None:
    unknown = sorted(set(score.points) - set(criteria))
    if unknown:
        raise BadInput(
            f"{id}：第{score.round}轮评分有未知指标“{unknown[0]}”，评分表的指标是 {'、'.join(criteria)}"
        )


def score_document(
    dossiers: Sequence[Kept], *, catalogue: str, criteria: Mapping[str, str],
    names: Mapping[str, str] | None = None, applicant: str = "",
) -> Gongwen:  # fmt: skip
    """Return the summary of scores: mean, range and deviation of every criterion and round.

    Args:
        dossiers: the dossiers in the order to be printed.
        catalogue: name of the catalogue.
        criteria: criterion code -> label.
        names: expert id -> name, for the internal version.
        applicant: the version for this applicant: its dossiers only, nobody's single points.

    Raises:
        BadInput: nobody has scored, an unknown criterion, or an expert without a name.
    """
    chosen = [k for k in dossiers if not applicant or k.dossier.form.applicant == applicant]
    groups = [
        tuple(rows)
        for kept in chosen
        for _, rows in itertools.groupby(score_rows(kept, criteria), key=lambda row: row.round)
    ]
    if not groups:
        raise BadInput(f"{applicant or catalogue}：还没有专家评分，无法汇总")
    header = ("申报编号", "技术名称", "轮次", "项目", *criteria.values(), TOTAL)
    rest = _LANDSCAPE_MM - 25.0 - 50.0 - 11.0 - 24.0
    widths = (25.0, 50.0, 11.0, 24.0, *(rest / (len(criteria) + 1) for _ in range(len(criteria) + 1)))
    aligns: list[Align] = ["center", "left", "center", "center"]
    aligns += ["right"] * (len(criteria) + 1)
    table = [line for rows in groups for line in _score_lines(rows, None if applicant else names or {})]
    grid = Grid(header, tuple(table), widths, tuple(aligns), 9.0, _score_notes(applicant))
    values: Values = {"catalogue": catalogue}
    body = _body("scores", values, {"scores": (grid,)})
    example = any(kept.dossier.is_example for kept in chosen)
    return _sheet("scores", values, body, landscape=True, example=example)


def _score_lines(rows: Sequence[ScoreRow], names: Mapping[str, str] | None) -> list[tuple[str, ...]]:
    """Return the lines of a dossier and round: on request the experts', then count, mean and spread."""
    lines = []
    if names is not None:
        experts = sorted({id for row in rows for id, _ in row.points})
        lines += [(_person(names, id), *(_points_of(row, id) for row in rows)) for id in experts]
    lines.append(("评分人数", *(f"{len(row.points)}/{row.asked}" for row in rows)))
    lines.append(("平均分", *(_figure(row.mean) for row in rows)))
    lines.append(("极差", *(_figure(row.spread) for row in rows)))
    lines.append(("标准差", *(_figure(row.deviation) for row in rows)))
    first = rows[0]
    return [
        (first.dossier_id, "" if place else first.name, str(first.round), *line)
        for place, line in enumerate(lines)
    ]


def _points_of(row: ScoreRow, expert_id: str) -> str:
    points = dict(row.points).get(expert_id)
    return NOT_GIVEN if points is None else number(points)


def _figure(value: float | None) -> str:
    return "未计算" if value is None else f"{value:.2f}"


def _score_notes(applicant: str) -> tuple[str, ...]:
    notes = (
        "注：评分人数为“已评/应评”，已回避专家不计入；极差为最高分减最低分，标准差为样本标准差（n−1），"
        "不足两人评分时未计算；合计为各项分值之和，只计评完全部指标的专家。",
    )
    return notes if applicant else (*notes, "本表含专家姓名和单项评分，仅供内部使用，不得提供给申报单位。")


# Opinion of the experts, and recusals.


def opinion_document(kept: Kept, *, names: Mapping[str, str]) -> Gongwen:
    """Return the opinion of the expert group on a dossier, with a place to sign.

    Raises:
        BadInput: no opinion yet, or an expert without a name.
    """
    dossier = kept.dossier
    if not dossier.group_opinion.strip():
        raise BadInput(f"{kept.id}：专家组意见为空，请先填写专家组意见")
    form = dossier.form
    summary = Form((
        FormRow((LABELS["name"], _name_of(kept))),
        FormRow(("申报编号", kept.id, "评审轮次", f"第{dossier.round}轮")),
        FormRow((LABELS["applicant"], form.applicant or NOT_GIVEN)),
        FormRow((LABELS["field"], form.field or NOT_GIVEN, LABELS["technology_class"],
                 CLASS_LABELS[form.technology_class] if form.technology_class else NOT_GIVEN)),
    ))  # fmt: skip
    present = [a for a in dossier.assignments if a.round == dossier.round]
    asked = sorted({a.expert_id for a in present if not a.recused})
    rows = tuple((str(place), _person(names, id), "") for place, id in enumerate(asked, 1))
    recused = "、".join(_person(names, id) for id in sorted({a.expert_id for a in present if a.recused}))
    notes = (f"已回避、未参加评审的专家：{recused}。",) if recused else ()
    header, widths = ("序号", "专家姓名", "签字"), (16.0, 50.0, 90.0)
    experts = Grid(header, rows, widths, ("center", "center"), 12.0, notes, row_mm=12.0)
    values: Values = {
        "opinion": _paragraphs(dossier.group_opinion), "site_visit": _paragraphs(dossier.site_visit)
    }  # fmt: skip
    body = _body("opinion", values, {"summary": (summary,), "experts": (experts,)})
    return _sheet("opinion", values, body, landscape=False, example=dossier.is_example)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def recused(dossiers: Iterable[Kept]) -> tuple[str, ...]:
    """Return the ids of the experts who recused themselves from any dossier."""
    return tuple(sorted({a.expert_id for kept in dossiers for a in kept.dossier.assignments if a.recused}))


def recusal_document(dossiers: Sequence[Kept], *, expert_id: str, names: Mapping[str, str]) -> Gongwen:
    """Return the statement of one recused expert over all dossiers concerned.

    Raises:
        BadInput: the expert is recused from none, or has no name.
    """
    concerned = [
        (kept, a) for kept in dossiers for a in kept.dossier.assignments
        if a.recused and a.expert_id == expert_id
    ]  # fmt: skip
    if not concerned:
        raise BadInput(f"专家“{expert_id}”没有回避记录，不需要回避声明")
    rows = tuple(
        (
            kept.id, _name_of(kept), kept.dossier.form.applicant or NOT_GIVEN, str(a.round),
            a.recusal_reason or NOT_GIVEN,
        )
        for kept, a in concerned
    )  # fmt: skip
    header = ("申报编号", "技术名称", "申报单位", "轮次", "回避事由")
    grid = Grid(header, rows, (27.0, 42.0, 36.0, 12.0, 39.0), ("center", "left", "left", "center"))
    years = sorted({kept.dossier.year for kept, _ in concerned})
    values: Values = {"expert": _person(names, expert_id), "year": "、".join(map(str, years))}
    body = _body("recusal", values, {"recused": (grid,)})
    example = any(kept.dossier.is_example for kept, _ in concerned)
    return _sheet("recusal", values, body, landscape=False, example=example)


# The edition: public notice (公示), publication (发布通知).


def publication_document(
    edition: Edition, *, sender: Sender, before: str = "", basis: Sequence[str] | None = None
) -> Gongwen:
    """Return the notice that publishes an edition, with its table and what left it.

    Args:
        edition: the frozen edition.
        sender: who publishes.
        before: title of the edition it replaces; its year stands in where none is given.
        basis: keys of the legal basis; those of the text in force that day by default.

    Raises:
        BadInput: the edition is not frozen, or the legal basis does not hold on the day.
    """
    _frozen(edition)
    classes = [entry.entry_class for entry in edition.entries]
    older = before or (f"{edition.replaces}年发布的目录" if edition.replaces else "")
    values: Values = {
        **_contact(sender), "issuer": sender.issuer, "catalogue": columns.title_of(edition),
        "basis": _basis("publication", basis, sender.on), "count": str(len(classes)),
        "demonstrated": str(classes.count("demonstrated")), "promoted": str(classes.count("promoted")),
        "replaces": f"《{before}》" if before else older,
        "withdrawn": str(len(edition.withdrawn)) if edition.withdrawn else "",
    }  # fmt: skip
    annexes = [Annex(columns.title_of(edition), _catalogue(edition), landscape=True)]
    if edition.withdrawn:
        annexes.append(Annex("退出技术名单", (_withdrawn(edition),)))
    return _letter(
        "publication", values, sender, _body("publication", values), attachments=tuple(annexes),
        example=edition.is_example,
    )  # fmt: skip


def _frozen(edition: Edition) -> None:
    if not edition.fingerprint:
        raise BadInput(f"{edition.year} 年目录尚未冻结，请先冻结再生成文件")


def _catalogue(edition: Edition) -> tuple[Content, ...]:
    """Return the table of an edition, one part a field, in the columns of the ministry's catalogue."""
    style = columns.style("mee")
    total = sum(column.width_mm for column in style.columns)
    widths = tuple(round(column.width_mm / total * _LANDSCAPE_MM, 1) for column in style.columns)
    header = tuple(column.title for column in style.columns)
    aligns = tuple(column.align for column in style.columns)
    content: list[Content] = []
    parts = columns.parts(edition, style)
    for part in parts:
        if part.heading:
            content.append(Block("h1", part.heading.split("、", 1)[1]))
        notes = columns.notes(style) if part is parts[-1] else ()
        content.append(Grid(header, part.rows, widths, aligns, 9.0, notes))
    return tuple(content)


def _withdrawn(edition: Edition) -> Grid:
    rows = tuple((w.number, w.name, w.reason, w.basis or NOT_GIVEN) for w in edition.withdrawn)
    return Grid(("编号", "技术名称", "退出理由", "依据"), rows, (24.0, 46.0, 52.0, 34.0), ("center",))


def public_notice_document(
    edition: Edition, *, sender: Sender, notice: PublicNotice, basis: Sequence[str] | None = None
) -> Gongwen:
    """Return the public notice of the technologies to be listed, with their applicants.

    Raises:
        BadInput: no entries, a notice that starts before the document's day, a missing contact,
            or a legal basis that does not hold on the day.
    """
    if not edition.entries:
        raise BadInput(f"{edition.year} 年目录：没有拟入选技术，无法公示")
    if notice.start < sender.on:
        raise BadInput(
            f"公示：开始日期 {notice.start.isoformat()} 早于成文日期 {sender.on.isoformat()}，请改晚"
        )
    values: Values = {
        **_contact(sender), "issuer": sender.issuer, "catalogue": columns.title_of(edition),
        "basis": _basis("public_notice", basis, sender.on), "count": str(len(edition.entries)),
        "start": chinese_date(notice.start), "end": chinese_date(notice.end), "days": str(notice.days),
    }  # fmt: skip
    rows = tuple(
        (
            str(place), entry.name, entry.applicant or NOT_GIVEN, entry.group or NOT_GIVEN,
            entry.scope or NOT_GIVEN, entry.class_label,
        )
        for place, entry in enumerate(edition.entries, 1)
    )  # fmt: skip
    header = ("序号", "技术名称", "申报单位", "所属领域", "适用范围", "技术类别")
    widths = (12.0, 55.0, 48.0, 28.0, 62.0, 20.0)
    aligns: tuple[Align, ...] = ("center", "left", "left", "center", "left", "center")
    annex = Annex("拟入选技术名单", (Grid(header, rows, widths, aligns, 9.0),), landscape=True)
    public = replace(sender, addressee="", copies=(), printed_by="")
    return _letter(
        "public_notice", values, public, _body("public_notice", values), attachments=(annex,),
        red_head=False, example=edition.is_example,
    )  # fmt: skip


# Objections (意见汇总处理表).


def objection_document(dossiers: Sequence[Kept], *, catalogue: str) -> Gongwen:
    """Return the table of objections raised during the public notice and how each was handled.

    Without any objection the table says so.
    """
    raised = [(kept, objection) for kept in dossiers for objection in kept.dossier.objections]
    raised.sort(key=lambda pair: (pair[1].raised_on, pair[0].id, pair[1].id))
    rows = tuple(_objection(place, *pair) for place, pair in enumerate(raised, 1))
    header = ("序号", "申报编号", "技术名称", "提出单位或个人", "提出日期", "意见内容", "处理结果",
              "处理说明", "处理人", "处理日期")  # fmt: skip
    if not rows:
        rows = (("", "", "", "", "", "公示期内未收到意见", "", "", "", ""),)
    states = [objection.accepted for _, objection in raised]
    counted = (
        f"注：共收到意见{len(states)}条，采纳{states.count(True)}条，不采纳{states.count(False)}条，"
        f"尚未处理{states.count(None)}条。对外公开时删去提出单位或个人一栏。"
    )
    widths = (10.0, 24.0, 32.0, 26.0, 19.0, 40.0, 16.0, 24.0, 15.0, 19.0)
    aligns: tuple[Align, ...] = ("center", "center", "left", "left", "center", "left", "center", "left",
                                 "center", "center")  # fmt: skip
    values: Values = {"catalogue": catalogue}
    grid = Grid(header, rows, widths, aligns, 9.0, (counted,))
    example = any(kept.dossier.is_example for kept in dossiers)
    return _sheet(
        "objections", values, _body("objections", values, {"objections": (grid,)}), landscape=True,
        example=example,
    )  # fmt: skip


_OUTCOMES = {True: "采纳", False: "不采纳", None: "尚未处理"}


def _objection(place: int, kept: Kept, objection: Objection) -> tuple[str, ...]:
    return (
        str(place), kept.id, _name_of(kept), objection.raised_by, objection.raised_on.isoformat(),
        objection.text, _OUTCOMES[objection.accepted], objection.handling or NOT_GIVEN,
        objection.handled_by or NOT_GIVEN,
        objection.handled_on.isoformat() if objection.handled_on else NOT_GIVEN,
    )  # fmt: skip


# The same as Word files.

P = ParamSpec("P")


def _as_docx(build: Callable[P, Gongwen]) -> Callable[P, bytes]:
    @functools.wraps(build)
    def made(*args: P.args, **kwargs: P.kwargs) -> bytes:
        return gongwen_docx(build(*args, **kwargs))

    return made


call_for_nominations = _as_docx(call_document)
correction_notice = _as_docx(correction_document)
score_summary = _as_docx(score_document)
group_opinion = _as_docx(opinion_document)
recusal_statement = _as_docx(recusal_document)
publication_notice = _as_docx(publication_document)
public_notice = _as_docx(public_notice_document)
objection_table = _as_docx(objection_document)


@dataclass(frozen=True)
class Notice:
    """A document that can be made.

    ``function`` returns the Word file, ``document`` the document itself (for ``gongwen_html``).
    """

    title: str
    function: Callable[..., bytes]
    document: Callable[..., Gongwen]


NOTICES: dict[str, Notice] = {
    "call": Notice("征集通知", call_for_nominations, call_document),
    "correction": Notice("补正通知", correction_notice, correction_document),
    "scores": Notice("评分汇总表", score_summary, score_document),
    "opinion": Notice("专家组意见", group_opinion, opinion_document),
    "recusal": Notice("回避声明", recusal_statement, recusal_document),
    "public_notice": Notice("公示", public_notice, public_notice_document),
    "publication": Notice("发布通知", publication_notice, publication_document),
    "objections": Notice("意见汇总处理表", objection_table, objection_document),
}
"""Every document by key."""
