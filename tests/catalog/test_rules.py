"""Eligibility rules: each passes and fails on its own fixture; a faulty rule file is one line."""

import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import BadInput
from catalog.nominations.form import LABELS, Nomination
from catalog.nominations.rule_kinds import KINDS, check_sign
from catalog.nominations.rules import RULES_DIR, RuleContext, check, read_rules, rule_set

FIXTURES = yaml.safe_load(Path(__file__).with_name("fixtures_rules.yaml").read_text(encoding="utf-8"))
SETS = ("city", "ministry")
TODAY = FIXTURES["today"]
CASES = [(name, id, case) for name in SETS for id, case in FIXTURES[name].items()]


@pytest.fixture(scope="module")
def context(catalog):
    return RuleContext.of(catalog, counts=FIXTURES["counts"])


def form(which="city", /, **changes):
    return Nomination.model_validate({**FIXTURES["forms"][which], **changes})


def rules_by_id(name):
    return {rule.id: rule for rule in rule_set(name).rules}


def failed(found, name):
    ids = {rule.label: rule.id for rule in rule_set(name).rules}
    return {ids[finding.rule]: finding for finding in found}


@pytest.mark.parametrize("name", SETS)
def test_every_rule_has_a_passing_and_a_failing_fixture_and_no_fixture_is_left_over(name):
    assert set(FIXTURES[name]) == set(rules_by_id(name))
    for case in FIXTURES[name].values():
        assert {"pass", "fail", "value"} <= set(case)


@pytest.mark.parametrize("name", SETS)
def test_the_eligible_form_has_no_finding(name, context):
    assert check(form(name), today=TODAY, rules=name, context=context) == ()


@pytest.mark.parametrize(("name", "id", "case"), CASES, ids=[f"{name}-{id}" for name, id, _ in CASES])
def test_a_rule_holds_and_fails_alone_and_says_field_value_and_remedy(name, id, case, context):
    assert check(form(name, **case["pass"]), today=TODAY, rules=name, context=context) == ()
    found = failed(check(form(name, **case["fail"]), today=TODAY, rules=name, context=context), name)
    assert set(found) == {id, *case.get("also", ())}
    rule = rules_by_id(name)[id]
    assert found[id].field == LABELS[rule.field]
    assert found[id].remedy == rule.remedy
    if rule.kind == "not_on_negative_list":
        assert case["value"] in found[id].value and "《国家污染防治技术指导目录" in found[id].value
    else:
        assert found[id].value == case["value"]


def test_every_kind_is_used_by_a_shipped_rule():
    assert {rule.kind for name in SETS for rule in rule_set(name).rules} == set(KINDS)


@pytest.mark.parametrize("name", SETS)
def test_an_empty_form_fails_what_has_to_be_filled_and_says_not_given(name, context):
    found = check(Nomination(), today=TODAY, rules=name, context=context)
    by_id = failed(found, name)
    ids = [rule.id for rule in rule_set(name).rules]
    assert [ids.index(id) for id in by_id] == sorted(ids.index(id) for id in by_id)
    assert set(ids) - set(by_id) == {"payback", "penetration", "negative_list"}
    assert {id for id, f in by_id.items() if f.value != "未提供"} == {"attachments", "declaration"}


@pytest.mark.parametrize(
    ("changes", "id", "value"),
    [
        ({"credit_code": "9150"}, "credit_code", "9150（4 位）"),
        ({"credit_code": "91500000MA5TEXAMOR"}, "credit_code", "91500000MA5TEXAMOR（含不允许的字符 O）"),
        ({"in_use_since": "2027-01-01"}, "months_in_use", "2027-01-01（晚于审查日期）"),
        ({"declared_by": " "}, "declaration", "承诺人未提供"),
        ({"declared_on": None}, "declaration", "承诺日期未提供"),
        ({"declared_on": "2026-11-22"}, "declaration", "2026-11-22（晚于审查日期）"),
        ({"evidence": [{"kind": "appraisal"}]}, "evidence", "未提供"),
        ({"region": "  "}, "quota", "未提供"),
    ],
)
def test_the_value_found_says_what_is_wrong(changes, id, value, context):
    found = failed(check(form(**changes), today=TODAY, context=context), "city")
    assert found[id].value == value


def test_months_count_from_the_earliest_case_where_first_use_is_not_given(context):
    cases = form().model_dump()["cases"]
    cases[0]["commissioned"], cases[1]["commissioned"] = None, datetime.date(2025, 11, 21)
    on_time = form(in_use_since=None, cases=cases)
    assert check(on_time, today=TODAY, context=context) == ()
    found = check(on_time, today=TODAY - datetime.timedelta(days=1), context=context)
    assert [f.value for f in found] == ["2025-11-21（至今满 11 个月）"]


def test_cases_without_a_user_are_no_cases(context):
    cases = [{"user": "甲", "saving_tce": 1, "proof": "证"}, {"proof": "证"}]
    found = failed(check(form(cases=cases), today=TODAY, context=context), "city")
    assert found["cases"].value == "1 项" and found["case_proof"].value == "1 项"


def test_traditional_and_full_width_words_are_found_on_the_negative_list(context):
    found = check(form(name="ＵＶ光解廢氣淨化器"), today=TODAY, context=context)
    assert len(found) == 1 and "光解" in found[0].value


@pytest.mark.parametrize("code", ["914403001922038216", "9144030071526726XG", "91330100799655058B"])
def test_the_check_sign_is_that_of_published_codes(code):
    assert check_sign(code) == code[-1]


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), st.integers(0, 16), st.data())
def test_one_wrong_sign_is_always_found(code, place, data):
    other = data.draw(st.sampled_from([s for s in "0123456789ABCDEFGHJKLMNPQRTUWXY" if s != code[place]]))
    changed = code[:place] + other + code[place + 1 :]
    assert check_sign(changed) != check_sign(code)


RULE = {"id": "r1", "label": "规则一", "kind": "required", "field": "name", "remedy": "请填写"}
COUNT = RULE | {"kind": "min_count", "field": "cases"}
SCOPE = RULE | {"kind": "scope", "field": "field"}


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([RULE | {"kind": "magic"}], ["r1", "种类“magic”不存在", "min_months_in_use"]),
        ([RULE | {"field": "colour"}], ["r1", "字段“colour”"]),
        ([COUNT | {"field": "name"}], ["r1", "min_count 不能用于字段“name”"]),
        ([COUNT], ["r1", "缺少参数 n"]),
        ([COUNT | {"parameters": {"n": 0}}], ["r1", "参数 n 的值“0”"]),
        ([COUNT | {"parameters": {"n": 2, "m": 1}}], ["r1", "参数“m”不存在"]),
        ([COUNT | {"parameters": [2]}], ["r1", "parameters"]),
        ([SCOPE], ["r1", "vocabulary 或 values"]),
        ([SCOPE | {"parameters": {"vocabulary": "industries"}}], ["r1", "请写 plus_classes"]),
        ([RULE | {"remedy": ""}], ["r1", "缺少 remedy"]),
        ([RULE | {"colour": 1}], ["r1", "未知项“colour”"]),
        ([RULE, RULE | {"label": "规则二"}], ["id“r1”重复"]),
        ([RULE, RULE | {"id": "r2"}], ["label“规则一”重复"]),
        (["name"], ["第 1 条规则"]),
        ([], ["没有 rules"]),
    ],
)
def test_a_faulty_rule_file_is_one_line_with_file_and_rule(tmp_path, rules, words):
    path = tmp_path / "city.yaml"
    path.write_text(yaml.safe_dump({"rules": rules}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_rules(path)
    message = str(refused.value)
    assert "\n" not in message and message.startswith(str(path))
    assert all(word in message for word in words), message


def test_a_file_that_is_no_yaml_is_refused(tmp_path):
    path = tmp_path / "city.yaml"
    path.write_text("rules: [", encoding="utf-8")
    with pytest.raises(BadInput, match="无法读取"):
        read_rules(path)


def test_an_unknown_set_names_the_known_ones():
    with pytest.raises(BadInput, match="city、ministry"):
        rule_set("county")


def test_an_edited_file_is_read_again(tmp_path, monkeypatch, context):
    import os

    from catalog.nominations import rules

    monkeypatch.setattr(rules, "RULES_DIR", tmp_path)
    path = tmp_path / "own.yaml"
    for step, field in enumerate(("barriers", "phone")):
        rule = RULE | {"field": field}
        path.write_text(yaml.safe_dump({"rules": [rule]}, allow_unicode=True), encoding="utf-8")
        os.utime(path, ns=(step, step))
        found = check(form(), today=TODAY, rules="own", context=context)
        assert [f.field for f in found] == (["推广障碍"] if field == "barriers" else [])


def test_the_readme_tells_every_kind():
    readme = (RULES_DIR / "README.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"| `{kind}` |" in readme
