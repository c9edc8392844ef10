"""The desk: what is saved, who sees it, what stands in the way of a step, and a history without gaps."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from itertools import count, pairwise

import pytest

from catalog.errors import BadInput
from catalog.nominations.form import Nomination
from catalog.people import NotAllowed, Person
from catalog.review.desk import KIND, Desk
from catalog.review.dossier import Assignment, Correction, Dossier, Finding, Objection, PublicNotice, Score
from catalog.review.flow import IllegalMove, flows
from catalog.store import Conflict, NotFound, Store

FIRM = Person("甲工", "applicant", "甲公司")
RIVAL = Person("乙工", "applicant", "乙公司")
DISTRICT = Person("区员", "district", "渝北区")
OTHER_DISTRICT = Person("县员", "district", "忠县")
CITY = Person("市员", "authority", "市局")
EXPERT = Person("张专家", "expert", "ZJ-0001")
TODAY = datetime.date(2026, 3, 2)
FORM = Nomination(
    name="烟气循环", applicant="甲公司", region="渝北区", declared=True, declared_by="甲工",
    declared_on=TODAY,
)  # fmt: skip


def ticking():
    seconds = count()
    return lambda: f"2026-03-02T00:00:{next(seconds):02}+00:00"


@pytest.fixture
def today():
    """The day, free to be moved."""
    return [TODAY]


@pytest.fixture
def desk(tmp_path, today):
    store = Store.open(tmp_path / "a.db", clock=ticking())
    yield Desk(store, today=lambda: today[0])
    store.close()


def draft(desk, **changed):
    return desk.create(FORM.model_copy(update=changed), FIRM, year=2026)


def asked(*experts, round=1):
    return tuple(Assignment(expert_id=one, round=round) for one in experts)


def scored(*experts, round=1):
    return tuple(Score(expert_id=one, round=round, points={"advancement": 9.0}) for one in experts)


def reach(desk, state, *, flow="city"):
    """Return a dossier led along the usual way to a state, one expert asked and heard."""
    kept = desk.create(FORM, FIRM, year=2026, flow=flow)
    city = [
        ("submitted", FIRM, "submit"), ("recommended", DISTRICT, "recommend"),
        ("formal_check", CITY, "receive"), ("expert_review", CITY, "pass_formal"),
        ("proposed", CITY, "approve"), ("public_notice", CITY, "publicise"), ("listed", CITY, "list"),
    ]  # fmt: skip
    ministry = [
        ("submitted", FIRM, "submit"), ("formal_check", CITY, "receive"),
        ("city_review", CITY, "pass_formal"), ("recommended", CITY, "recommend"),
        ("national_review", CITY, "national"), ("listed", CITY, "national_listed"),
    ]  # fmt: skip
    for target, who, action in city if flow == "city" else ministry:
        if kept.dossier.state == state:
            break
        if kept.dossier.state in ("expert_review", "city_review"):
            values = {"assignments": asked("ZJ-0001"), "scores": scored("ZJ-0001")}
            desk.update(kept, CITY, "score", **values)
        kept = desk.move(kept.id, action, who, reason="同意")
        assert kept.dossier.state == target
    assert kept.dossier.state == state
    return kept


# Create and edit


def test_a_draft_gets_a_number_and_is_recorded(desk):
    kept = draft(desk)
    assert (kept.id, kept.revision, kept.dossier.state, kept.dossier.round) == ("SB-2026-0001", 1, "draft", 0)
    assert kept.state_label == "草稿"
    assert draft(desk).id == "SB-2026-0002"
    assert desk.create(FORM, FIRM, year=2027).id == "SB-2027-0001"
    assert desk.get(kept.id) == kept
    (event,) = desk.history(kept.id)
    assert (event.action, event.actor, event.role) == ("create", "甲工", "applicant")


def test_two_at_once_get_two_numbers(desk):
    desk.store._clock = lambda: "2026-03-02T00:00:00+00:00"
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: draft(desk).id, range(12)))
    assert sorted(made) == [f"SB-2026-{number:04d}" for number in range(1, 13)]


def test_a_draft_belongs_to_the_unit_of_its_author(desk):
    kept = draft(desk, applicant="")
    assert kept.dossier.form.applicant == "甲公司"
    assert [one.id for one in desk.visible(FIRM)] == [kept.id]
    with pytest.raises(NotAllowed, match="只能以本单位“乙公司”申报"):
        desk.create(FORM, RIVAL, year=2026)
    with pytest.raises(NotAllowed, match="申报单位不能写“乙公司”"):
        desk.edit(kept.id, FORM.model_copy(update={"applicant": "乙公司"}), FIRM, revision=1)
    assert desk.get(kept.id) == kept


@pytest.mark.parametrize("who", [DISTRICT, CITY])
def test_a_district_or_the_authority_imports_for_an_applicant(desk, who):
    kept = desk.create(FORM, who, year=2026)
    assert kept.dossier.form.applicant == "甲公司"
    assert [one.id for one in desk.visible(FIRM)] == [kept.id]


def test_an_expert_files_nothing(desk):
    with pytest.raises(NotAllowed, match="批量导入申报"):
        desk.create(FORM, EXPERT, year=2026)
    assert desk.all() == []


def test_an_unknown_flow_is_refused(desk):
    with pytest.raises(BadInput, match="“county”不存在，请用 city、ministry"):
        desk.create(FORM, FIRM, year=2026, flow="county")


def test_a_draft_is_changed_by_its_unit_only(desk):
    kept = draft(desk)
    changed = FORM.model_copy(update={"summary": "新简介"})
    for who in (DISTRICT, CITY, EXPERT):
        with pytest.raises(NotAllowed):
            desk.edit(kept.id, changed, who, revision=1)
    with pytest.raises(NotAllowed, match="申报单位为“甲公司”"):
        desk.edit(kept.id, changed, RIVAL, revision=1)
    assert desk.edit(kept.id, changed, FIRM, revision=1).dossier.form.summary == "新简介"
    assert [event.action for event in desk.history(kept.id)] == ["create", "edit"]


@pytest.mark.parametrize(
    "state",
    [s for s in flows()["city"].states if s not in ("draft", "first_check_returned", "returned")],
)
def test_outside_draft_and_return_the_form_stands(desk, state):
    kept = draft(desk)
    kept = desk.update(kept, CITY, "test", state=state)
    with pytest.raises(BadInput, match="不能修改申报表"):
        desk.edit(kept.id, FORM.model_copy(update={"summary": "改"}), FIRM, revision=kept.revision)
    assert desk.get(kept.id) == kept


def test_of_two_editors_the_second_is_told_and_nothing_is_lost(desk):
    kept = draft(desk)
    first = FORM.model_copy(update={"summary": "先"})
    desk.edit(kept.id, first, FIRM, revision=kept.revision)
    with pytest.raises(Conflict) as conflict:
        desk.edit(kept.id, FORM.model_copy(update={"summary": "后"}), FIRM, revision=kept.revision)
    assert conflict.value.newer.revision == 2
    assert "甲工" in str(conflict.value)
    assert desk.get(kept.id).dossier.form.summary == "先"
    assert [event.action for event in desk.history(kept.id)] == ["create", "edit"]
    with pytest.raises(Conflict):
        desk.update(kept, CITY, "check", duplicates=("旧版",))
    assert desk.get(kept.id).dossier.duplicates == ()


def test_a_dossier_that_is_not_there(desk):
    with pytest.raises(NotFound, match="SB-2026-0009"):
        desk.move("SB-2026-0009", "submit", FIRM)


# Steps


def test_submit_return_correct_and_submit_again(desk):
    kept = draft(desk)
    desk.move(kept.id, "submit", FIRM)
    desk.move(kept.id, "first_return", DISTRICT, reason="缺检测报告")
    returned = desk.get(kept.id)
    assert returned.state_label == "初审退回补正"
    better = FORM.model_copy(update={"effects": "SO2 < 35 mg/m³"})
    desk.edit(kept.id, better, FIRM, revision=returned.revision)
    desk.move(kept.id, "resubmit_first", FIRM)
    desk.move(kept.id, "recommend", DISTRICT, reason="符合条件")
    desk.move(kept.id, "receive", CITY)
    desk.move(kept.id, "return", CITY, reason="案例不足")
    desk.edit(kept.id, better, FIRM, revision=desk.get(kept.id).revision)
    done = desk.move(kept.id, "resubmit", FIRM)
    assert done.dossier.state == "formal_check"
    assert done.dossier.form.effects == "SO2 < 35 mg/m³"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"declared": False}, "未作真实性承诺"),
        ({"name": ""}, "技术名称或申报单位为空"),
    ],
)
def test_what_a_submission_needs(desk, changed, told):
    kept = draft(desk, **changed)
    with pytest.raises(BadInput, match=f"{kept.id}：{told}"):
        desk.move(kept.id, "submit", FIRM)
    assert desk.get(kept.id) == kept
    assert len(desk.history(kept.id)) == 1


@pytest.mark.parametrize("state", ["draft", "submitted", "recommended", "formal_check", "proposed"])
def test_withdrawal_is_for_the_own_unit_with_a_reason_and_for_good(desk, state):
    kept = reach(desk, state)
    with pytest.raises(BadInput, match="必须写明理由"):
        desk.move(kept.id, "withdraw", FIRM)
    with pytest.raises(NotAllowed, match="乙工无权查看"):
        desk.move(kept.id, "withdraw", RIVAL, reason="不想要他们入选")
    gone = desk.move(kept.id, "withdraw", FIRM, reason="技术升级")
    assert gone.dossier.state == "withdrawn"
    assert gone.dossier.form == FORM
    with pytest.raises(IllegalMove, match="无（已办结）"):
        desk.move(kept.id, "submit", FIRM)
    assert desk.all() == [gone]


def test_a_district_moves_only_its_own(desk):
    kept = reach(desk, "submitted")
    with pytest.raises(NotAllowed, match="县员无权查看"):
        desk.move(kept.id, "recommend", OTHER_DISTRICT, reason="同意")
    assert desk.move(kept.id, "recommend", DISTRICT, reason="同意").dossier.state == "recommended"


def test_a_refused_step_changes_nothing_and_is_not_recorded(desk):
    kept = reach(desk, "formal_check")
    before = desk.history(kept.id)
    for action, who, reason, error in [
        ("pass_formal", DISTRICT, "", NotAllowed), ("pass_formal", FIRM, "", NotAllowed),
        ("return", CITY, " ", BadInput), ("list", CITY, "", IllegalMove),
    ]:  # fmt: skip
        with pytest.raises(error):
            desk.move(kept.id, action, who, reason=reason)
    assert desk.get(kept.id) == kept
    assert desk.history(kept.id) == before


def test_steps_shown_are_those_that_can_be_made(desk):
    kept = reach(desk, "submitted")
    shown = {who.role: [move.action for move in desk.moves(kept, who)] for who in (FIRM, DISTRICT, EXPERT)}
    assert shown == {
        "applicant": ["withdraw"], "district": ["first_return", "recommend", "first_refuse"], "expert": [],
    }  # fmt: skip
    assert desk.moves(desk.move(kept.id, "withdraw", FIRM, reason="撤"), FIRM) == ()


# Guards


@pytest.mark.parametrize("action", ["next_round", "approve"])
def test_no_round_is_closed_before_every_expert_is_heard(desk, action):
    kept = reach(desk, "expert_review")
    assert kept.dossier.round == 1
    with pytest.raises(BadInput, match="第 1 轮尚未分派专家"):
        desk.move(kept.id, action, CITY, reason="同意")
    kept = desk.update(kept, CITY, "assign", assignments=asked("ZJ-0001", "ZJ-0002", "ZJ-0003"))
    kept = desk.update(kept, EXPERT, "score", scores=scored("ZJ-0001"))
    with pytest.raises(BadInput, match="还有 2 位专家未评分：ZJ-0002、ZJ-0003"):
        desk.move(kept.id, action, CITY, reason="同意")
    one, two, three = kept.dossier.assignments
    away = three.model_copy(update={"recused": True, "recusal_reason": "同单位"})
    kept = desk.update(kept, CITY, "recuse", assignments=(one, two, away))
    with pytest.raises(BadInput, match="还有 1 位专家未评分：ZJ-0002"):
        desk.move(kept.id, action, CITY, reason="同意")
    desk.update(kept, EXPERT, "score", scores=scored("ZJ-0001", "ZJ-0002"))
    assert desk.move(kept.id, action, CITY, reason="同意").dossier.round == (
        2 if action == "next_round" else 1
    )


def test_scores_of_an_earlier_round_do_not_count_for_the_next(desk):
    kept = reach(desk, "expert_review")
    desk.update(kept, CITY, "score", assignments=asked("ZJ-0001"), scores=scored("ZJ-0001"))
    kept = desk.move(kept.id, "next_round", CITY, reason="分歧较大")
    assert (kept.dossier.state, kept.dossier.round) == ("expert_review", 2)
    with pytest.raises(BadInput, match="第 2 轮尚未分派专家"):
        desk.move(kept.id, "approve", CITY, reason="同意")
    both = (*asked("ZJ-0001"), *asked("ZJ-0002", round=2))
    kept = desk.update(kept, CITY, "assign", assignments=both)
    with pytest.raises(BadInput, match="第 2 轮还有 1 位专家未评分：ZJ-0002"):
        desk.move(kept.id, "approve", CITY, reason="同意")


def test_a_site_visit_does_not_get_round_the_experts(desk):
    kept = reach(desk, "expert_review")
    desk.update(kept, CITY, "assign", assignments=asked("ZJ-0001"))
    desk.move(kept.id, "to_site", CITY, reason="核实产能")
    with pytest.raises(BadInput, match="还有 1 位专家未评分"):
        desk.move(kept.id, "approve", CITY, reason="同意")
    back = desk.move(kept.id, "site_done", CITY, reason="属实", site_visit="产能与申报一致")
    assert (back.dossier.state, back.dossier.round) == ("expert_review", 1)
    assert back.dossier.site_visit == "产能与申报一致"


def test_a_recommendation_to_the_ministry_waits_for_the_experts_too(desk):
    kept = reach(desk, "city_review", flow="ministry")
    with pytest.raises(BadInput, match="第 1 轮尚未分派专家"):
        desk.move(kept.id, "recommend", CITY, reason="同意")
    assert reach(desk, "listed", flow="ministry").dossier.state == "listed"


def test_declining_needs_no_complete_round(desk):
    kept = reach(desk, "expert_review")
    assert desk.move(kept.id, "decline", CITY, reason="造假").dossier.state == "not_selected"


def test_the_notice_runs_seven_days_and_listing_waits_for_its_end(desk, today):
    kept = reach(desk, "public_notice")
    assert kept.dossier.notice == PublicNotice(start=TODAY, days=7)
    assert kept.dossier.notice.end == datetime.date(2026, 3, 8)
    for day in (2, 7, 8):
        today[0] = datetime.date(2026, 3, day)
        with pytest.raises(BadInput, match="公示期到 2026-03-08，期满后才能发布"):
            desk.move(kept.id, "list", CITY)
    today[0] = datetime.date(2026, 3, 9)
    listed = desk.move(kept.id, "list", CITY, technology_id="CPT-0137")
    assert (listed.dossier.state, listed.dossier.technology_id) == ("listed", "CPT-0137")


def test_a_notice_of_another_length_is_kept(desk):
    kept = reach(desk, "proposed")
    notice = PublicNotice(start=datetime.date(2026, 4, 1), days=10)
    kept = desk.move(kept.id, "publicise", CITY, notice=notice)
    assert kept.dossier.notice.end == datetime.date(2026, 4, 10)


def objection(accepted=None):
    return Objection(id="YY-1", raised_by="丙公司", raised_on=TODAY, text="专利有争议", accepted=accepted)


@pytest.mark.parametrize(
    ("accepted", "told"),
    [(None, "异议 YY-1 尚未处理，请先处理"), (True, "异议 YY-1 成立，不能发布，请改办未入选"), (False, None)],
)
def test_an_open_or_upheld_objection_stops_the_listing(desk, today, accepted, told):
    kept = reach(desk, "public_notice")
    desk.update(kept, CITY, "objection", objections=(objection(accepted),))
    today[0] = datetime.date(2026, 3, 20)
    if told is None:
        assert desk.move(kept.id, "list", CITY).dossier.state == "listed"
        return
    with pytest.raises(BadInput, match=told):
        desk.move(kept.id, "list", CITY)
    assert desk.move(kept.id, "decline", CITY, reason="异议成立").dossier.state == "not_selected"


# Sight


def ids(kept):
    return [one.id for one in kept]


def test_who_sees_what(desk):
    own_draft = draft(desk)
    rival = desk.create(FORM.model_copy(update={"applicant": "乙公司", "region": "忠县"}), RIVAL, year=2026)
    desk.move(rival.id, "submit", RIVAL)
    reviewed = reach(desk, "expert_review")
    desk.update(reviewed, CITY, "assign", assignments=asked("ZJ-0001", "ZJ-0002"))
    everything = [own_draft.id, rival.id, reviewed.id]
    assert ids(desk.visible(CITY)) == everything
    assert ids(desk.visible(FIRM)) == [own_draft.id, reviewed.id]
    assert ids(desk.visible(RIVAL)) == [rival.id]
    assert ids(desk.visible(DISTRICT)) == [reviewed.id]
    assert ids(desk.visible(OTHER_DISTRICT)) == [rival.id]
    assert ids(desk.visible(EXPERT)) == [reviewed.id]
    for role in ("applicant", "district", "expert"):
        assert desk.visible(Person("无名单位", role, "")) == []


def test_a_recommending_association_sees_what_it_recommends(desk):
    association = Person("协会员", "district", "某协会")
    kept = draft(desk, recommender="某协会")
    assert desk.visible(association) == []
    desk.move(kept.id, "submit", FIRM)
    assert ids(desk.visible(association)) == [kept.id]


def test_an_expert_who_stepped_back_sees_the_dossier_no_more(desk):
    kept = reach(desk, "expert_review")
    away = Assignment(expert_id="ZJ-0001", round=1, recused=True, recusal_reason="同单位")
    kept = desk.update(kept, CITY, "recuse", assignments=(away, *asked("ZJ-0002")))
    assert desk.visible(EXPERT) == []
    assert ids(desk.visible(Person("李", "expert", "ZJ-0002"))) == [kept.id]
    with pytest.raises(NotAllowed, match="未分派给本人"):
        desk.require_sight(kept, EXPERT)
    desk.require_sight(kept, CITY)


# History


def test_the_history_is_complete_and_nothing_is_deleted(desk, today):
    kept = reach(desk, "public_notice")
    today[0] = datetime.date(2026, 3, 20)
    desk.move(kept.id, "list", CITY)
    desk.move(kept.id, "retire", CITY, reason="被强制性标准淘汰")
    told = [(e.action, e.actor, e.role, e.reason) for e in desk.history(kept.id)]
    assert told == [
        ("create", "甲工", "applicant", ""),
        ("submit", "甲工", "applicant", "同意"),
        ("recommend", "区员", "district", "同意"),
        ("receive", "市员", "authority", "同意"),
        ("pass_formal", "市员", "authority", "同意"),
        ("score", "市员", "authority", ""),
        ("approve", "市员", "authority", "同意"),
        ("publicise", "市员", "authority", "同意"),
        ("list", "市员", "authority", ""),
        ("retire", "市员", "authority", "被强制性标准淘汰"),
    ]
    events = desk.history(kept.id)
    times = [event.at for event in events]
    assert times == sorted(times) and all(times)
    steps = [(e.detail["from"], e.detail["to"]) for e in events if "from" in e.detail]
    assert steps[0][0] == "draft" and steps[-1] == ("listed", "retired")
    assert all(earlier[1] == later[0] for earlier, later in pairwise(steps))
    assert [event.detail["unit"] for event in events[:3]] == ["甲公司", "甲公司", "渝北区"]
    assert desk.get(kept.id).dossier.scores == scored("ZJ-0001")


def test_a_step_beside_the_flow_keeps_reason_and_detail(desk):
    kept = draft(desk)
    desk.update(kept, CITY, "check", reason="复核", detail={"experts": ["ZJ-0001"]}, duplicates=("重名",))
    event = desk.history(kept.id)[-1]
    assert (event.action, event.reason) == ("check", "复核")
    assert event.detail == {"fields": ["duplicates"], "experts": ["ZJ-0001"], "unit": "市局"}


def test_histories_are_apart(desk):
    one, two = draft(desk), draft(desk)
    desk.move(two.id, "submit", FIRM)
    assert [event.action for event in desk.history(one.id)] == ["create"]
    assert [event.id for event in desk.store.events(KIND)] == [one.id, two.id, two.id]


def test_what_was_saved_is_there_after_reopening(tmp_path):
    store = Store.open(tmp_path / "a.db", clock=ticking())
    kept = draft(Desk(store, today=lambda: TODAY))
    store.close()
    again = Store.open(tmp_path / "a.db", clock=ticking())
    desk = Desk(again, today=lambda: TODAY)
    assert desk.get(kept.id) == kept
    assert len(desk.history(kept.id)) == 1
    again.close()


FINDING = Finding(rule="案例不少于 2 个", field="cases", value="1 个", remedy="请补充案例")


def test_every_return_is_kept_when_the_findings_are_mended(desk, today):
    kept = desk.update(reach(desk, "formal_check"), CITY, "check", findings=(FINDING,))
    due = TODAY + datetime.timedelta(days=20)
    desk.move(kept.id, "return", CITY, reason="案例不足", deadline=due)
    kept = desk.move(kept.id, "resubmit", FIRM)
    desk.update(kept, CITY, "check", findings=())
    today[0] = due
    again = desk.move(kept.id, "return", CITY, reason="缺检测报告").dossier
    assert again.findings == ()
    assert again.corrections == (
        Correction(sequence=1, returned_on=TODAY, findings=(FINDING,), reason="案例不足", deadline=due),
        Correction(sequence=2, returned_on=due, findings=(), reason="缺检测报告"),
    )
    assert desk.get(kept.id).dossier == again


def test_a_deadline_lies_after_the_return(desk):
    kept = reach(desk, "formal_check")
    with pytest.raises(BadInput, match="补正期限 2026-03-02 应晚于退回日期 2026-03-02"):
        desk.move(kept.id, "return", CITY, reason="缺", deadline=TODAY)
    assert desk.get(kept.id).dossier.corrections == ()


def test_a_dossier_of_before_returns_were_kept_is_read(desk):
    old = draft(desk).dossier.model_dump(mode="json")
    del old["corrections"]
    assert Dossier.model_validate(old).corrections == ()
