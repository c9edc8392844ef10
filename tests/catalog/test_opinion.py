"""The opinion of the expert group: the draft says what the sheets say, saving asks and refuses."""

import pytest

from catalog.errors import BadInput
from catalog.nominations.form import Nomination
from catalog.people import NotAllowed, Person
from catalog.review.desk import Desk
from catalog.review.dossier import Assignment, Score
from catalog.review.opinion import draft_opinion, extremes, save_opinion
from catalog.review.scoring import load_criteria
from catalog.store import Store

CITY = Person("市员", "authority", "市局")
CODES = [criterion.code for criterion in load_criteria().criteria]
FULL = {criterion.code: criterion.max for criterion in load_criteria().criteria}


@pytest.fixture
def desk(tmp_path):
    store = Store.open(tmp_path / "a.db")
    yield Desk(store)
    store.close()


def reviewed(desk, verdicts, *, share=0.8, best=None, worst=None, flow="city"):
    """A dossier in round 2 with one sheet a verdict."""
    points = {code: full * share for code, full in FULL.items()}
    if best:
        points |= {best: FULL[best], worst: FULL[worst] * 0.6}
    scores = tuple(
        Score(expert_id=f"ZJ-000{n}", round=2, points=points, verdict=verdict)
        for n, verdict in enumerate(verdicts, 1)
    )
    asked = tuple(Assignment(expert_id=score.expert_id, round=2) for score in scores)
    one = desk.create(Nomination(name="甲技术"), CITY, year=2026, flow=flow)
    state = "expert_review" if flow == "city" else "city_review"
    return desk.update(one, CITY, "test", state=state, round=2, assignments=asked, scores=scores)


def test_the_draft_tells_round_experts_mean_verdicts_and_extremes(desk):
    first, last = load_criteria().criteria[0], load_criteria().criteria[-1]
    kept = reviewed(desk, ["recommend", "recommend", "revise"], best=first.code, worst=last.code)
    text = draft_opinion(kept)
    rest = 100 - first.weight - last.weight
    total = first.weight + last.weight * 0.6 + rest * 0.8
    assert f"经2轮评审，第2轮3位专家平均{total:.2f}分，其中2位推荐，1位修改后推荐，0位不推荐。" in text
    assert f"{first.label}得分率最高，{last.label}得分率最低。" in text
    assert text.endswith("同意列为拟入选技术。")


def test_equal_shares_name_no_extremes(desk):
    assert "得分率" not in draft_opinion(reviewed(desk, ["recommend"]))


@pytest.mark.parametrize(
    ("verdicts", "flow", "end"),
    [
        (["recommend", "recommend", "reject"], "city", "。同意列为拟入选技术。"),
        (["recommend", "revise"], "city", "。同意列为拟入选技术，请按专家意见修改完善材料。"),
        (["recommend", "reject"], "city", "。不同意列为拟入选技术。"),
        (["recommend"], "ministry", "。同意推荐上报。"),
    ],
)
def test_the_conclusion_follows_the_verdicts(desk, verdicts, flow, end):
    assert draft_opinion(reviewed(desk, verdicts, flow=flow)).endswith(end)


def test_without_a_sheet_there_is_no_draft(desk):
    with pytest.raises(BadInput, match="第 2 轮还没有评分"):
        draft_opinion(reviewed(desk, []))


def test_extremes_take_the_first_of_equals():
    labels = [criterion.label for criterion in load_criteria().criteria]
    equal = {code: full / 2 for code, full in FULL.items()}
    assert extremes(equal, load_criteria()) == (labels[0], labels[0])
    assert extremes(equal | {CODES[2]: 0.0}, load_criteria()) == (labels[0], labels[2])


def test_saving_asks_for_role_state_and_words(desk):
    kept = reviewed(desk, ["recommend"])
    with pytest.raises(NotAllowed, match="不能填写专家组意见"):
        save_opinion(desk, kept, Person("甲", "expert", "ZJ-0001"), "好")
    with pytest.raises(BadInput, match="专家组意见为空"):
        save_opinion(desk, kept, CITY, " ")
    saved = save_opinion(desk, kept, CITY, " 同意。 ")
    assert saved.dossier.group_opinion == "同意。"
    assert desk.history(kept.id)[-1].action == "group_opinion"
    assert save_opinion(desk, saved, CITY, "同意。") == saved
    listed = desk.update(saved, CITY, "test", state="listed")
    with pytest.raises(BadInput, match="只有专家评审中"):
        save_opinion(desk, listed, CITY, "改写")
