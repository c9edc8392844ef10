"""The call for nominations (征集通知) with its blank forms."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from catalog.errors import BadInput
from catalog.nominations.form import ADVANCEMENT_LABELS, CASE_LABELS, CLASS_LABELS, LABELS
from catalog.nominations.rules import rule_set
from catalog.publish.gongwen import Annex, Form, FormRow, Gongwen, Grid, chinese_date
from catalog.publish.notices.wording import (
    Sender,
    Values,
    citation,
    contact_of,
    filled_body,
    letter,
    texts,
)
from catalog.review.dossier import PublicNotice

_NOTICE_DAYS = int(PublicNotice.model_fields["days"].default)


def call_document(
    sender: Sender, *, catalogue: str, deadline: datetime.date, unit_deadline: datetime.date,
    fields: Sequence[str], focus: Sequence[str] = (), quota: int | None = None, rules: str = "city",
    cases: int = 2, basis: Sequence[str] | None = None, example: bool = False,
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
        example: made-up data, marked as not to be issued.

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
        **contact_of(sender), "issuer": sender.issuer, "catalogue": catalogue,
        "basis": citation("call", basis, sender.on), "fields": "、".join(fields),
        "focus": "；".join(focus), "conditions": conditions, "quota": "" if quota is None else str(quota),
        "deadline": chinese_date(deadline), "unit_deadline": chinese_date(unit_deadline),
        "notice_days": str(_NOTICE_DAYS),
    }  # fmt: skip
    forms = (
        Annex("清洁生产技术申报表", (nomination_form(cases=cases),)),
        Annex("清洁生产技术推荐汇总表", (_recommendation_form(),), landscape=True),
    )
    return letter("call", values, sender, filled_body("call", values), attachments=forms, example=example)


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
