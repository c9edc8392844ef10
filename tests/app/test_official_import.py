"""Many filled forms at once: folders in a ZIP, attachments, every fault a line, nothing lost."""

import io
import zipfile

import pytest

from catalog.errors import BadInput
from catalog.nominations.template import form_docx, form_xlsx
from catalog.people import NotAllowed, Person
from catalog.review.flow import IllegalMove
from catalog.year.example import load_example
from catalog.year.filing import _attachment
from recommender.ui.pages.official.filings import filings_of, kind_of
from tests.app.official_app import outcome, page

AUTHORITY = Person("丙", "authority", "")
FILED = load_example().filed[:3]
DISTRICT = Person("乙", "district", FILED[0].form.region)


def packed(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def folder(filed, form, *labels):
    return {f"{filed.key}/{form}": form_xlsx(filed.form)} | {
        f"{filed.key}/{label}.docx": _attachment(filed, label) for label in labels
    }


def take(app, *uploads):
    app.file_uploader[0].set_value([(name, content, "application/octet-stream") for name, content in uploads])
    app.run()
    assert not app.exception, app.exception
    found = [one for one in app.button if one.label.startswith("导入全部")]
    if found:
        found[0].click().run()
        assert not app.exception, app.exception


def test_folders_become_handed_in_nominations_with_their_attachments(desk):
    first, second, third = FILED
    files = folder(first, "申报表.xlsx", "检测报告", "专利证书", "真实性承诺书") | folder(
        second, "申报表.xlsx"
    )
    app = page("nominations", AUTHORITY)
    take(app, ("全区.zip", packed(files)), ("单份.docx", form_docx(third.form)))
    assert "已导入 3 份，其中已提交 3 份" in outcome(app)
    kept = desk.all()
    assert [one.dossier.form.name for one in kept] == [one.form.name for one in FILED]
    assert {one.dossier.state for one in kept} == {"submitted"}
    kinds = [sorted(str(a.kind) for a in one.dossier.form.attachments) for one in kept]
    assert kinds == [["declaration", "filled_form", "ip", "test_report"], ["filled_form"], ["filled_form"]]
    assert desk.history(kept[0].id)[-1].reason == "据申报单位签章的申报表导入"


def test_each_fault_is_a_line_and_the_rest_is_done(desk):
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(form_xlsx(FILED[1].form)))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value in (9, "9"):
                    cell.value = "十二级"
    stream = io.BytesIO()
    book.save(stream)
    unsigned = FILED[2].form.model_copy(update={"declared": False, "declared_by": "", "declared_on": None})
    app = page("nominations", AUTHORITY)
    take(
        app, ("好.xlsx", form_xlsx(FILED[0].form)), ("坏.xlsx", b"nothing"), ("误.xlsx", stream.getvalue()),
        ("未签.xlsx", form_xlsx(unsigned)),
    )  # fmt: skip
    told = outcome(app)
    assert "已导入 3 份，其中已提交 2 份" in told
    assert "误.xlsx：" in told and "“十二级”无法采用" in told
    assert "未签.xlsx：已存为草稿，未提交" in told and "未作真实性承诺" in told
    assert [one.dossier.state for one in desk.all()] == ["submitted", "submitted", "draft"]
    assert desk.all()[1].dossier.form.trl is None


def test_what_cannot_be_opened_is_told_before_the_import():
    found, faults = filings_of([("坏.xlsx", b"nothing"), ("空.zip", packed({})), ("坏.zip", b"PK")])
    assert not found and [line.split("：")[0] for line in faults] == ["坏.xlsx", "空.zip", "坏.zip"]


def test_the_same_form_is_not_imported_twice(desk):
    app = page("nominations", AUTHORITY)
    take(app, ("一.xlsx", form_xlsx(FILED[0].form)), ("二.xlsx", form_xlsx(FILED[0].form)))
    assert len(desk.all()) == 1
    assert f"二.xlsx：与 {desk.all()[0].id} 技术名称、申报单位相同" in outcome(app)


def test_a_district_imports_its_own_and_is_noted_as_recommending(desk):
    other = FILED[1].form.model_copy(update={"region": "", "recommender": ""})
    foreign = FILED[2].form.model_copy(update={"region": "别区", "recommender": "别的协会"})
    app = page("nominations", DISTRICT)
    take(app, ("一.xlsx", form_xlsx(other)), ("二.xlsx", form_xlsx(foreign)))
    assert [one.dossier.form.recommender for one in desk.visible(DISTRICT)] == [DISTRICT.unit]
    assert "二.xlsx：所在区县“别区”、推荐单位“别的协会”都不是本单位" in outcome(app)


def test_attachments_without_a_form_of_their_own_are_told():
    files = {"一申报表.xlsx": form_xlsx(FILED[0].form), "二申报表.xlsx": form_xlsx(FILED[1].form)}
    found, faults = filings_of([("平铺.zip", packed(files | {"专利.docx": _attachment(FILED[0], "专利")}))])
    assert len(found) == 2 and not any(one.attachments for one in found)
    assert len(faults) == 1 and "专利.docx" in faults[0] and "不知附于哪一项" in faults[0]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("CMA检测报告.pdf", "test_report"), ("实用新型专利证书.pdf", "ip"),
        ("真实性承诺书.docx", "declaration"), ("用户证明.pdf", "case_proof"),
        ("IMG_1.JPG", "photo"), ("其他.pdf", "other"),
    ],
)  # fmt: skip
def test_the_name_tells_what_a_file_proves(name, kind):
    assert kind_of(name) == kind


# Handing in for the applicant


def test_an_imported_draft_is_handed_in_once(desk):
    kept = desk.create(FILED[0].form, AUTHORITY, year=2027)
    assert desk.hand_in(kept.id, AUTHORITY).dossier.state == "submitted"
    with pytest.raises(IllegalMove, match="已提交过"):
        desk.hand_in(kept.id, AUTHORITY)


def test_a_draft_of_the_applicant_is_its_own(desk):
    applicant = Person("甲", "applicant", FILED[0].form.applicant)
    kept = desk.create(FILED[0].form, applicant, year=2027)
    with pytest.raises(NotAllowed, match="由申报单位自行填写"):
        desk.hand_in(kept.id, AUTHORITY)
    imported = desk.create(FILED[0].form, AUTHORITY, year=2027)
    with pytest.raises(NotAllowed):
        desk.hand_in(imported.id, applicant)


def test_an_unsigned_form_stays_a_draft(desk):
    kept = desk.create(FILED[0].form.model_copy(update={"declared": False}), AUTHORITY, year=2027)
    with pytest.raises(BadInput, match="未作真实性承诺"):
        desk.hand_in(kept.id, AUTHORITY)
    assert desk.get(kept.id).dossier.state == "draft"
