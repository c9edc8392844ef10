import datetime

import pytest

from catalog.errors import BadInput
from catalog.policy import PolicyDocument
from catalog.publish import legal

LAST_DAY, FIRST_DAY = datetime.date(2026, 8, 14), datetime.date(2026, 8, 15)
LAW, CODE = "《中华人民共和国清洁生产促进法》", "《中华人民共和国生态环境法典》"


def test_the_law_is_cited_up_to_its_last_day_and_not_on_the_next():
    assert legal.cite(["cp-law"], LAST_DAY) == LAW
    with pytest.raises(BadInput) as error:
        legal.cite(["cp-law"], FIRST_DAY)
    message = str(error.value)
    assert LAW in message and "2026年8月15日起废止" in message and f"改引{CODE}" in message
    assert "\n" not in message


def test_its_successor_is_cited_from_that_day_and_not_before():
    assert legal.cite(["eco-code"], FIRST_DAY) == CODE
    with pytest.raises(BadInput, match=r"自2026年8月15日起施行.*请改引《中华人民共和国清洁生产促进法》"):
        legal.cite(["eco-code"], LAST_DAY)


@pytest.mark.parametrize("day", [datetime.date(2003, 1, 1), LAST_DAY, FIRST_DAY, datetime.date(2030, 6, 1)])
def test_one_of_the_two_holds_on_every_day(day):
    keys = {law.key for law in legal.basis(day)}
    assert len(keys & {"cp-law", "eco-code"}) == 1
    assert legal.in_force(["cp-law", "eco-code"], day) == tuple(
        key for key in ("cp-law", "eco-code") if key in keys
    )


def test_the_day_before_the_law_nothing_holds():
    assert legal.basis(datetime.date(2002, 12, 31)) == ()


def test_rules_and_policy_documents_carry_their_number():
    text = legal.cite(["audit-measures", "cq-mfg-2024"], FIRST_DAY)
    assert text == (
        "《清洁生产审核办法》（国家发展改革委、环境保护部令第38号）"
        "《重庆市推进制造业绿色低碳发展实施方案》（渝经信发〔2024〕3号）"
    )


def test_a_plan_is_no_basis_after_its_period():
    assert "发改环资〔2021〕1524号" in legal.cite(["cn-cp-2021"], datetime.date(2025, 12, 31))
    with pytest.raises(BadInput, match=r"规划期至2025年12月31日已满.*2026年1月1日.*向发布机关核实"):
        legal.cite(["cn-cp-2021"], datetime.date(2026, 1, 1))


def test_a_text_whose_day_is_not_verified_is_cited_from_the_next_year():
    with pytest.raises(BadInput, match="印发日期未核实（2018年）"):
        legal.cite(["audit-guide"], datetime.date(2018, 12, 31))
    assert "环办科技〔2018〕5号" in legal.cite(["audit-guide"], datetime.date(2019, 1, 1))


def test_a_repealed_policy_document_is_never_cited(monkeypatch):
    document = PolicyDocument(
        key="old", title="旧方案", short_title="旧", number="旧〔2020〕1号", issuer="甲", date=None,
        year=2020, planning_period=None, state="废止", state_note="已废止",
    )  # fmt: skip
    monkeypatch.setattr(legal, "laws", lambda: {"old": legal._of_policy(document)})
    with pytest.raises(BadInput, match="《旧方案》（旧〔2020〕1号）已废止"):
        legal.cite(["old"], FIRST_DAY)
    assert legal.basis(FIRST_DAY) == ()


def test_unknown_keys_and_an_empty_basis_are_refused():
    with pytest.raises(BadInput, match="“no-law”不在依据库中，可用：cp-law"):
        legal.cite(["no-law"], FIRST_DAY)
    with pytest.raises(BadInput, match="没有法律和政策依据"):
        legal.cite([], FIRST_DAY)


def test_what_is_only_reported_has_to_be_verified():
    lines = legal.cautions(["eco-code", "cq-mfg-2024"])
    assert len(lines) == 1 and lines[0].startswith(CODE) and "核实" in lines[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("replaced_by: nobody", "replaced_by “nobody”不存在"),
        ("in_force_from: 昨天", "in_force_from"),
    ],
)
def test_a_faulty_file_is_one_line(tmp_path, change, message):
    fields = {
        "key": "a", "title": "甲", "number": "null", "year": "2020", "in_force_from": "2020-01-01",
        "repealed_on": "null", "replaced_by": "null", "cite_number": "true", "check": "''", "source": "乙",
    }  # fmt: skip
    name, value = change.split(": ")
    fields[name] = value
    path = tmp_path / "legal.yaml"
    path.write_text("- " + "\n  ".join(f"{k}: {v}" for k, v in fields.items()), encoding="utf-8")
    with pytest.raises(BadInput, match=message):
        legal.laws(path)
