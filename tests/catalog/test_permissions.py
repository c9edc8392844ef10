"""Who may do what: the whole table, role by action, written down a second time."""

import csv

import pytest
import yaml

from catalog.paths import DATA_DIR
from catalog.people import ROLE_LABELS, ROLES, NotAllowed, Person, may, permissions, require

EXPECTED = {
    "nomination.draft": "applicant",
    "nomination.submit": "applicant",
    "nomination.withdraw": "applicant",
    "nomination.view_own": "applicant",
    "nomination.view_region": "district",
    "nomination.view_all": "authority",
    "nomination.view_anonymous": "authority expert",
    "nomination.correct": "applicant",
    "nomination.import": "district authority",
    "review.first_check": "district authority",
    "review.recommend": "district authority",
    "review.formal_check": "authority",
    "review.return": "district authority",
    "review.assign": "authority",
    "review.score": "expert",
    "review.recuse": "expert",
    "review.see_scores": "authority",
    "review.group_opinion": "authority",
    "review.close_round": "authority",
    "review.site_visit": "authority",
    "review.approve": "authority",
    "review.reject": "authority",
    "review.publicise": "authority",
    "review.objection_file": "applicant district authority expert",
    "review.objection_handle": "authority",
    "expert.register": "authority",
    "edition.freeze": "authority",
    "edition.publish": "authority",
    "edition.withdraw": "authority",
    "edition.merge": "authority",
    "demand.submit": "applicant district",
    "demand.review": "authority",
    "demand.view": "applicant district authority expert",
}


def test_the_table_has_these_actions_and_no_other():
    assert set(permissions()) == set(EXPECTED)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", EXPECTED)
def test_role_by_action(action, role):
    allowed = role in EXPECTED[action].split()
    who = Person("李某", role)
    assert may(role, action) is allowed
    if allowed:
        require(who, action)
        return
    with pytest.raises(NotAllowed) as refused:
        require(who, action)
    able = "、".join(ROLE_LABELS[other] for other in ROLES if other in EXPECTED[action].split())
    told = f"李某（{ROLE_LABELS[role]}）不能{permissions()[action].label}；可办理的角色：{able}"
    assert str(refused.value) == told


@pytest.mark.parametrize("action", EXPECTED)
def test_nobody_acts_without_a_name(action):
    role = EXPECTED[action].split()[0]
    with pytest.raises(NotAllowed, match="请先填写姓名"):
        require(Person("  ", role), action)


def test_an_unknown_action_is_a_fault_of_the_program():
    with pytest.raises(KeyError):
        may("authority", "review.fly")


def test_experts_neither_see_scores_of_others_nor_decide():
    decide = [a for a in EXPECTED if a.startswith(("review.", "edition.", "expert."))]
    assert {a for a in decide if may("expert", a)} == {
        "review.score", "review.recuse", "review.objection_file",
    }  # fmt: skip
    assert not may("authority", "review.score")


def test_the_table_is_well_formed():
    with (DATA_DIR / "review" / "permissions.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len({row["action"] for row in rows}) == len(rows)
    assert all(row[role] in ("0", "1") for row in rows for role in ROLES)
    assert all(row["label"] for row in rows)
    assert all(any(row[role] == "1" for role in ROLES) for row in rows)


def test_every_permission_of_a_flow_is_in_the_table():
    content = yaml.safe_load((DATA_DIR / "review" / "flows.yaml").read_text(encoding="utf-8"))
    used = {move["permission"] for flow in content["flows"].values() for move in flow["moves"]}
    assert used <= set(permissions())
