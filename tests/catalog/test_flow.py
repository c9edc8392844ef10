"""Both review flows, state by state and step by step, as the data describe them."""

import pytest
import yaml

from catalog.errors import BadInput
from catalog.paths import DATA_DIR
from catalog.people import ROLE_LABELS, ROLES, NotAllowed, Person, permissions
from catalog.review.flow import IllegalMove, flows

RAW = yaml.safe_load((DATA_DIR / "review" / "flows.yaml").read_text(encoding="utf-8"))["flows"]
STEPS = [(code, source, row) for code, data in RAW.items() for row in data["moves"] for source in row["from"]]
ACTIONS = sorted({row["action"] for data in RAW.values() for row in data["moves"]})
FORBIDDEN = [
    (code, state, action)
    for code, data in RAW.items()
    for state in data["states"]
    for action in ACTIONS
    if not any(row["action"] == action and state in row["from"] for row in data["moves"])
]


def person(role):
    return Person("王某", role, "甲厂")


def step_id(value):
    return value["action"] if isinstance(value, dict) else str(value)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("code", "source", "row"), STEPS, ids=step_id)
def test_a_step_of_the_table_is_made_by_the_permitted_roles_and_by_nobody_else(code, source, row, role):
    flow = flows()[code]
    able = permissions()[row["permission"]].roles
    if role in able:
        assert flow.move(source, row["action"], person(role), reason="材料齐全") == row["to"]
        return
    with pytest.raises(NotAllowed) as refused:
        flow.move(source, row["action"], person(role), reason="材料齐全")
    assert permissions()[row["permission"]].label in str(refused.value)
    assert f"王某（{ROLE_LABELS[role]}）不能" in str(refused.value)
    for other in able:
        assert ROLE_LABELS[other] in str(refused.value).split("可办理的角色：")[1]


@pytest.mark.parametrize(("code", "state", "action"), FORBIDDEN)
def test_every_other_step_is_refused_with_the_allowed_ones(code, state, action):
    flow = flows()[code]
    for role in ROLES:
        with pytest.raises(IllegalMove) as refused:
            flow.move(state, action, person(role), reason="理由")
    told = str(refused.value)
    assert told.startswith(f"状态“{RAW[code]['states'][state]['label']}”不能“")
    allowed = [row["label"] for row in RAW[code]["moves"] if state in row["from"]]
    assert told.split("可办理：")[1] == ("、".join(allowed) or "无（已办结）")


@pytest.mark.parametrize(("code", "source", "row"), [s for s in STEPS if s[2].get("reason")], ids=step_id)
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_step_that_needs_a_reason_is_refused_without(code, source, row, reason):
    role = min(permissions()[row["permission"]].roles)
    with pytest.raises(BadInput, match="必须写明理由"):
        flows()[code].move(source, row["action"], person(role), reason=reason)


@pytest.mark.parametrize(("code", "source", "row"), [s for s in STEPS if not s[2].get("reason")], ids=step_id)
def test_a_step_that_needs_no_reason_goes_without(code, source, row):
    role = min(permissions()[row["permission"]].roles)
    assert flows()[code].move(source, row["action"], person(role)) == row["to"]


@pytest.mark.parametrize("code", RAW)
def test_end_states_have_no_way_out_and_all_others_have(code):
    flow = flows()[code]
    for state in flow.states.values():
        assert bool(flow.allowed(state.code)) is not state.end, state.code


@pytest.mark.parametrize("code", RAW)
def test_every_state_is_reached_from_the_start_and_reaches_an_end(code):
    flow = flows()[code]
    ways = {state: {move.target for move in flow.allowed(state)} for state in flow.states}

    def reached(start):
        found, left = {start}, [start]
        while left:
            new = ways[left.pop()] - found
            found |= new
            left += new
        return found

    assert reached(flow.start) == set(flow.states)
    ends = {state.code for state in flow.states.values() if state.end}
    for state in flow.states:
        assert reached(state) & ends, state


def test_the_shipped_table_is_read_whole():
    assert set(flows()) == {"city", "ministry"}
    for code, data in RAW.items():
        flow = flows()[code]
        assert list(flow.states) == list(data["states"])
        assert [move.action for move in flow.moves] == [row["action"] for row in data["moves"]]
        assert flow.start == data["start"] == "draft"


def test_no_step_is_ambiguous():
    for code, source, row in STEPS:
        same = [r for r in RAW[code]["moves"] if r["action"] == row["action"] and source in r["from"]]
        assert len(same) == 1


def test_the_usual_way_of_the_city_leads_to_the_list():
    steps = [
        ("applicant", "submit"), ("district", "recommend"), ("authority", "receive"),
        ("authority", "pass_formal"), ("authority", "approve"), ("authority", "publicise"),
        ("authority", "list"),
    ]  # fmt: skip
    state = "draft"
    for role, action in steps:
        state = flows()["city"].move(state, action, person(role), reason="同意")
    assert state == "listed"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"from": ["nowhere"]}, "状态“nowhere”未定义"),
        ({"to": "nowhere"}, "状态“nowhere”未定义"),
        ({"permission": "fly"}, "权限“fly”不在"),
        ({"from": ["b"]}, "终态“b”不能再流转"),
    ],
)
def test_a_faulty_table_is_refused_with_its_place(tmp_path, change, told):
    move = {"action": "go", "label": "走", "from": ["a"], "to": "b", "permission": "review.approve"} | change
    data = {"label": "试", "start": "a", "states": {"a": {"label": "甲"}, "b": {"label": "乙", "end": True}}}
    path = tmp_path / "flows.yaml"
    path.write_text(yaml.safe_dump({"flows": {"x": {**data, "moves": [move]}}}), encoding="utf-8")
    with pytest.raises(BadInput, match=told) as refused:
        flows(path)
    assert f"{path}: x.go" in str(refused.value)
