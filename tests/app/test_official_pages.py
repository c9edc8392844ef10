"""The official's pages, run without a browser."""

import datetime

import pytest
from streamlit.testing.v1 import AppTest

from catalog.nominations.form import Nomination
from catalog.people import Person
from tests.app.elements import button, shown
from tests.app.official_app import page

PAGES = ["nominations", "review", "experts", "editions", "demand"]
APPLICANT = Person("甲", "applicant", "示例科技有限公司")
DISTRICT = Person("乙", "district", "示例区")
AUTHORITY = Person("丙", "authority", "")

FORM = Nomination(
    name="镀镍漂洗水在线回收示例技术",
    applicant="示例科技有限公司",
    region="示例区",
    recommender="示例区",
    field="清洁生产",
    industries=("3360",),
    technology_class="promoted",
    summary="示例。",
    declared=True,
    declared_by="甲",
    declared_on=datetime.date(2026, 3, 1),
)


@pytest.mark.parametrize("key", PAGES)
def test_a_page_first_asks_who_acts(key, desk):
    assert "请先在上方填写姓名并选择角色" in shown(page(key))


@pytest.mark.parametrize("key", PAGES)
@pytest.mark.parametrize(
    "person", [APPLICANT, DISTRICT, AUTHORITY, Person("丁", "expert", "ZJ-0001")], ids=lambda p: p.role
)
def test_every_page_draws_for_every_role(key, person, desk):
    desk.create(FORM, APPLICANT, year=2026)
    assert not page(key, person).error


def test_a_nomination_goes_from_draft_to_formal_check(desk):
    kept = desk.create(FORM, APPLICANT, year=2026)
    app = page("nominations", APPLICANT)
    button(app, "申报").click().run()
    assert not app.exception and desk.get(kept.id).dossier.state == "submitted"
    app = page("review", DISTRICT)
    next(w for w in app.text_input if w.label == "理由").set_value("材料齐全").run()
    button(app, "初审通过并推荐").click().run()
    assert not app.exception and desk.get(kept.id).dossier.state == "recommended"
    app = page("review", AUTHORITY)
    button(app, "受理并形式审查").click().run()
    assert not app.exception and desk.get(kept.id).dossier.state == "formal_check"
    dossier = desk.get(kept.id).dossier
    assert dossier.findings  # the example has no case, no evidence: the rules say so
    assert {"create", "submit", "recommend", "receive", "check"} <= {e.action for e in desk.history(kept.id)}


def test_a_step_without_its_reason_is_refused_on_the_page(desk):
    kept = desk.create(FORM, APPLICANT, year=2026)
    app = page("nominations", APPLICANT)
    button(app, "撤回").click().run()
    assert "必须写明理由" in shown(app)
    assert desk.get(kept.id).dossier.state == "draft"


def test_a_declaration_not_made_is_told(desk):
    desk.create(FORM.model_copy(update={"declared": False}), APPLICANT, year=2026)
    app = page("nominations", APPLICANT)
    button(app, "申报").click().run()
    assert "未作真实性承诺" in shown(app)


def test_the_form_is_saved_from_the_page(desk):
    kept = desk.create(FORM, APPLICANT, year=2026)
    app = page("nominations", APPLICANT)
    next(w for w in app.text_input if w.label == "技术名称").set_value("改过的名称")
    button(app, "保存").click().run()
    assert not app.exception
    assert desk.get(kept.id).dossier.form.name == "改过的名称"


def test_another_unit_sees_nothing(desk):
    desk.create(FORM, APPLICANT, year=2026)
    assert "没有可见的申报" in shown(page("nominations", Person("戊", "applicant", "另一家")))


def test_an_expert_is_registered(desk):
    from catalog.review.experts import ExpertRegister

    app = page("experts", AUTHORITY)
    next(w for w in app.text_input if w.label == "姓名" and w.key != "who_name").set_value("专家甲")
    button(app, "保存").click().run()
    assert not app.exception and not app.error
    assert [e.name for e in ExpertRegister(desk.store).list()] == ["专家甲"]


def test_the_shipped_editions_are_compared_and_published(desk):
    app = page("editions", AUTHORITY)
    assert "示例" in shown(app)
    next(one for one in app.button if one.label == "生成发布文件").click().run()
    assert not app.exception and not app.error


def ask(text):
    from pathlib import Path

    app = AppTest.from_file(str(Path(__file__).resolve().parents[2] / "app.py"), default_timeout=120)
    app.run()
    app.text_area[0].set_value(text).run()
    button(app, "开始匹配").click().run()
    assert not app.exception
    return app


def test_a_need_is_left_only_with_consent(desk):
    from recommender.demand.needs import all_needs

    app = ask("航天服手套指尖加热片的可靠性不足")
    assert button(app, "提交").disabled
    assert all_needs(desk.store) == []
    app.checkbox(key="need_consent").check().run()
    button(app, "提交").click().run()
    assert not app.exception
    assert [one.need.text for one in all_needs(desk.store)] == ["航天服手套指尖加热片的可靠性不足"]


def test_a_strong_match_offers_no_need(desk):
    app = ask("烧结烟气内循环")
    assert all(one.label != "提交" for one in app.button)


def test_a_filled_form_is_read_back_and_its_answers_accepted(desk):
    from catalog.nominations.template import form_xlsx

    app = page("nominations", APPLICANT)
    app.file_uploader[0].set_value([("申报表.xlsx", form_xlsx(FORM), "application/octet-stream")]).run()
    assert not app.exception, app.exception
    button(app, "按勾选的内容建立申报").click().run()
    assert not app.exception
    kept = desk.all()
    assert [one.dossier.form.name for one in kept] == [FORM.name]
    assert kept[0].dossier.form.industries == ("3360",)
