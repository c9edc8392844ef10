"""Call, filing and first check: the forms go out, come back filled, and are recommended."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.nominations import reader
from catalog.nominations.attachments import attach
from catalog.nominations.form import ATTACHMENT_LABELS, AttachmentKind, Nomination
from catalog.nominations.template import form_xlsx, summary_xlsx
from catalog.people import Person
from catalog.publish import word
from catalog.publish.dispatch import CALL
from catalog.store import Store
from catalog.year.example import Filed
from catalog.year.play import Play, applicant

_FILED, _RECOMMENDED = f"{CALL}/已填申报表", f"{CALL}/已填推荐汇总表"


def call(play: Play) -> Iterator[str]:
    """Issue the call; the letter is written with all others at the end of the year."""
    plan = play.example.plan
    play.clock.go(plan.days.call)
    yield (
        f"征集：{plan.days.call} 印发征集通知（{plan.documents['call']}），附空白申报表；"
        f"申报截止 {plan.days.unit_deadline}，推荐截止 {plan.days.deadline}"
    )


def file_forms(play: Play) -> Iterator[str]:
    """Write the filled forms, read them back, and submit what was read."""
    play.clock.go(play.example.plan.days.filed)
    same = 0
    for place, filed in enumerate(play.example.filed, 1):
        name = f"{place:02d}_{filed.form.name}.xlsx"
        path = play.write(_FILED, name, form_xlsx(filed.form, codes=play.catalog.codes))
        reading = reader.read_form(path.read_bytes(), path.name)
        form = reader.accepted(reading, reading.readable)
        same += form == filed.form
        form = attached(play.store, form, filed, filed.attachments)
        kept = play.desk.create(form, applicant(filed), year=play.example.plan.year, is_example=True)
        play.ids[filed.key] = kept.id
        play.desk.move(kept.id, "submit", applicant(filed))
    count = len(play.example.filed)
    files = sum(len(kept.dossier.form.attachments) for kept in play.desk.all())
    yield f"申报：读入申报表 {count} 份，与填写内容一致 {same} 份；附件 {files} 个；已申报 {count} 项"


def attached(store: Store, form: Nomination, filed: Filed, kinds: tuple[AttachmentKind, ...]) -> Nomination:
    """Return the form with the attachments of these kinds."""
    for kind in kinds:
        label = ATTACHMENT_LABELS[kind]
        form = attach(store, form, _attachment(filed, label), f"{label}（示例）.docx", kind)
    return form


def _attachment(filed: Filed, label: str) -> bytes:
    document = word.new_document()
    word.paragraph(document, f"{label}（示例）", font=word.HEI, size=word.POINTS["小二"], align="center")
    for line in (f"技术名称：{filed.form.name}", f"申报单位：{filed.form.applicant}"):
        word.paragraph(document, line)
    word.paragraph(document, "本文件只用于演示附件的上传和保存，不是真实材料。")
    return word.to_bytes(document)


def recommend(play: Play) -> Iterator[str]:
    """Let every district look through its filings and recommend them."""
    plan = play.example.plan
    play.clock.go(plan.days.recommended)
    told = []
    for district in plan.districts:
        person = Person(f"{district}经办人", "district", district)
        mine = [kept for kept in play.desk.visible(person) if kept.dossier.state == "submitted"]
        for kept in mine:
            opinion = {"recommender": f"{district}生态环境局", "recommendation": plan.recommendation}
            form = kept.dossier.form.model_copy(update=opinion)
            play.desk.move(kept.id, "recommend", person, reason=plan.recommendation, form=form)
        dossiers = [play.desk.get(kept.id).dossier for kept in mine]
        content = summary_xlsx(dossiers, codes=play.catalog.codes)
        play.write(_RECOMMENDED, f"推荐汇总表_{district}.xlsx", content)
        told.append(f"{district} {len(mine)} 项")
    yield f"初审推荐：{'、'.join(told)}；推荐汇总表 {len(told)} 份"
