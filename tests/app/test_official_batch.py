"""One step for many dossiers: what is proposed is done, what is refused says why, the rest stays."""

import datetime

import pytest

from catalog.people import Person
from catalog.review.dossier import Assignment, Objection, PublicNotice, Score
from catalog.review.experts import Expert, ExpertRegister
from catalog.review.scoring import load_criteria
from catalog.year.example import load_example
from catalog.year.filing import attached
from recommender.ui.pages.official import batch
from tests.app.official_app import outcome, page

AUTHORITY = Person("丙", "authority", "")
EXAMPLE = load_example()
GOOD = [one for one in EXAMPLE.filed if one.kind == "good"][:2]
INCOMPLETE = next(one for one in EXAMPLE.filed if one.fails == "attachments")
DISTRICT = Person("乙", "district", "示例区")


@pytest.fixture
def dossiers(desk):
    """Two that are in order and one that lacks an attachment, in the formal check."""
    for filed in (*GOOD, INCOMPLETE):
        form = attached(desk.store, filed.form, filed, filed.attachments)
        form = form.model_copy(update={"region": "示例区", "declared_on": datetime.date(2026, 3, 1)})
        desk.create(form, AUTHORITY, year=2027)
    return desk.all()


def put(desk, kept, **values):
    return desk.update(desk.get(kept.id), AUTHORITY, "test", **values)


def choose(app, action):
    box = next(one for one in app.selectbox if one.label == "事项")
    box.select_index(box.options.index(action)).run()
    assert not app.exception, app.exception


def say(app, start, value):
    next(one for one in app.text_input if one.label.startswith(start)).set_value(value).run()


def go(app):
    found = next(one for one in app.button if "办理勾选的" in one.label)
    assert not found.disabled
    found.click().run()
    assert not app.exception, app.exception
    return app


def states(desk):
    return [one.dossier.state for one in desk.all()]


def test_a_reason_is_asked_for_once_and_noted_as_the_recommendation(desk, dossiers):
    for kept in dossiers:
        put(desk, kept, state="submitted")
    app = page("review", DISTRICT)
    choose(app, "初审通过并推荐")
    go(app)
    assert outcome(app).count("必须写明理由") == 1 and set(states(desk)) == {"submitted"}
    say(app, "理由（写入每一项", "同意推荐")
    go(app)
    assert "已办理 3 项" in outcome(app) and set(states(desk)) == {"recommended"}
    forms = [one.dossier.form for one in desk.all()]
    assert {(form.recommender, form.recommendation) for form in forms} == {("示例区", "同意推荐")}


def test_what_the_rules_found_is_not_passed_and_the_rest_is(desk, dossiers):
    for kept in dossiers:
        put(desk, kept, state="formal_check")
    app = page("review", AUTHORITY)
    choose(app, "形式审查通过")
    app.session_state["batch_tick_pass_formal"] = "全部"
    app.run()
    go(app)
    assert states(desk) == ["expert_review", "expert_review", "formal_check"]
    assert "已办理 2 项" in outcome(app) and "不符合规则：附件齐全" in outcome(app)
    assert desk.all()[2].dossier.findings  # what was found is kept although the step was refused


def test_proposed_returns_carry_their_findings_and_the_deadline(desk, dossiers):
    for kept in dossiers:
        put(desk, kept, state="formal_check")
    app = page("review", AUTHORITY)
    choose(app, "退回补正")
    day = desk.today() + datetime.timedelta(days=20)
    app.date_input(key="deadline_batch").set_value(day).run()
    go(app)
    assert states(desk) == ["formal_check", "formal_check", "returned"]
    made = desk.all()[2].dossier.corrections[-1]
    assert made.deadline == day and "附件齐全" in made.reason and made.findings


def scores(share):
    points = {one.code: one.max * share for one in load_criteria().criteria}
    return (Score(expert_id="ZJ-0001", round=1, points=points),)


def test_a_limit_parts_those_who_go_on_from_the_others(desk, dossiers):
    ExpertRegister(desk.store).add(Expert(name="张三"), AUTHORITY)
    asked = (Assignment(expert_id="ZJ-0001", round=1),)
    for kept, share in zip(dossiers, (0.9, 0.6, 0.8), strict=True):
        put(desk, kept, state="expert_review", round=1, assignments=asked, scores=scores(share))
    app = page("review", AUTHORITY)
    choose(app, "进入下一轮评审")
    next(one for one in app.number_input if one.label == "平均分界限").set_value(65.0).run()
    go(app)
    assert [one.dossier.round for one in desk.all()] == [2, 1, 2]
    assert desk.history(dossiers[0].id)[-1].reason == "第 1 轮平均 90.00 分"
    assert "还有" not in outcome(app)


def test_only_the_others_are_declined(desk, dossiers):
    asked = (Assignment(expert_id="ZJ-0001", round=1),)
    for kept, share in zip(dossiers, (0.9, 0.6, 0.8), strict=True):
        put(desk, kept, state="expert_review", round=1, assignments=asked, scores=scores(share))
    app = page("review", AUTHORITY)
    choose(app, "未入选")
    assert next(one for one in app.button if "办理勾选的" in one.label).disabled
    next(one for one in app.number_input if one.label == "平均分界限").set_value(65.0).run()
    go(app)
    assert states(desk) == ["expert_review", "not_selected", "expert_review"]


def test_opinions_are_drafted_for_all_and_a_saved_one_is_kept(desk, dossiers):
    asked = (Assignment(expert_id="ZJ-0001", round=1),)
    for kept in dossiers:
        put(desk, kept, state="expert_review", round=1, assignments=asked, scores=scores(0.9))
    put(desk, dossiers[0], group_opinion="自己写的意见")
    app = page("review", AUTHORITY)
    choose(app, "保存代拟的专家组意见")
    app.session_state["batch_tick_group_opinion"] = "全部"
    app.run()
    go(app)
    told = [one.dossier.group_opinion for one in desk.all()]
    assert told[0] == "自己写的意见" and all("90.00" in one for one in told[1:])


def test_an_early_or_disputed_listing_is_refused_and_the_rest_is_listed(desk, dossiers):
    today = desk.today()
    over = PublicNotice(start=today - datetime.timedelta(days=8))
    open_ = Objection(id="YY-1", raised_by="某厂", raised_on=today, text="数据偏高")
    put(desk, dossiers[0], state="public_notice", notice=over)
    put(desk, dossiers[1], state="public_notice", notice=PublicNotice(start=today))
    put(desk, dossiers[2], state="public_notice", notice=over, objections=(open_,))
    app = page("review", AUTHORITY)
    choose(app, "发布")
    app.session_state["batch_tick_list"] = "全部"
    app.run()
    go(app)
    assert states(desk) == ["listed", "public_notice", "public_notice"]
    assert "期满后才能发布" in outcome(app) and "异议 YY-1 尚未处理" in outcome(app)


def test_the_permission_is_asked_for_each_step(desk, dossiers, monkeypatch):
    for kept in dossiers:
        put(desk, kept, state="recommended")
    monkeypatch.setattr(batch.identity, "desk", lambda: desk)
    done = batch.do(batch.Step("receive", "受理并形式审查"), desk.all(), DISTRICT)
    assert (done.done, len(done.refused)) == (0, 3) and "不能形式审查" in done.refused[0][1]
    assert set(states(desk)) == {"recommended"}


def test_a_found_fault_is_let_through_alone_only_with_a_word(desk, dossiers):
    put(desk, dossiers[2], state="formal_check")
    app = page("review", AUTHORITY)
    next(one for one in app.selectbox if one.label == "选择申报").select(dossiers[2].id).run()
    next(one for one in app.button if one.label == "形式审查通过").click().run()
    assert "放行必须写明理由" in outcome(app) and desk.get(dossiers[2].id).dossier.state == "formal_check"
