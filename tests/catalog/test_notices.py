import datetime
import io
import re
import statistics
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from catalog.editions.edition import Edition, Entry, Withdrawal, freeze
from catalog.errors import BadInput
from catalog.nominations.form import CASE_LABELS, LABELS, Nomination
from catalog.nominations.rules import rule_set
from catalog.publish import legal
from catalog.publish.gongwen import Form, Grid, compose, gongwen_html
from catalog.publish.notices import (
    NOTICES,
    Sender,
    call_document,
    correction_document,
    fill,
    objection_document,
    opinion_document,
    public_notice_document,
    publication_document,
    recusal_document,
    recused,
    score_document,
    score_rows,
    texts,
)
from catalog.review.desk import Kept
from catalog.review.dossier import Assignment, Correction, Dossier, Finding, Objection, PublicNotice, Score

DAY = datetime.date
SENDER = Sender(
    "示例市工业局", DAY(2026, 11, 2), number="示工〔2026〕号", addressee="各区县", contact="张三",
    phone="000-00000000",
)  # fmt: skip
CALL = {
    "catalogue": "清洁生产技术推广目录（2027年）",
    "deadline": DAY(2026, 12, 31),
    "unit_deadline": DAY(2026, 12, 15),
    "fields": ["清洁生产+", "资源循环+"],
}
CRITERIA = {"advanced": "先进性", "economy": "经济性"}
NAMES = {"E1": "王甲", "E2": "李乙", "E3": "张丙"}


def kept(id="SB-2026-0001", applicant="甲公司", **values):
    form = Nomination(name=f"技术{id[-1]}", applicant=applicant, technology_class="promoted")
    return Kept(id, 1, Dossier.model_validate({"form": form, "year": 2026, **values}))


def score(expert, advanced, economy=None, round=1):
    points = {"advanced": advanced} | ({} if economy is None else {"economy": economy})
    return Score(expert_id=expert, round=round, points=points)


def assigned(*experts, round=1, away=()):
    return [
        Assignment(expert_id=e, round=round, recused=e in away, recusal_reason="有合作" if e in away else "")
        for e in experts
    ]


SCORED = kept(
    assignments=assigned("E1", "E2", "E3", away=("E3",)),
    scores=[score("E1", 8, 6), score("E2", 9, 9), score("E3", 1, 1)],
    round=1,
)


def edition(**values):
    entries = (
        Entry(
            number="CPT-0001",
            name="技术一",
            entry_class="promoted",
            applicant="甲公司",
            group="钢铁",
            scope="烧结",
        ),
        Entry(number="CPT-0002", name="技术二", entry_class="demonstrated", applicant="", group="化工"),
    )
    made = Edition(year=2026, title="清洁生产技术推广目录（2026年）", entries=entries, **values)
    return freeze(made)


def body_text(document):
    """Return all words of a document."""
    page = gongwen_html(document).split("<body>")[1]
    return re.sub(r"<[^>]+>", "", page.replace("<br>", "\n"))


def tables(document):
    return [item for page in compose(document) for item in page.items if isinstance(item, Grid)]


EVERY = {
    "call": lambda: ((SENDER,), CALL),
    "correction": lambda: (
        (kept(findings=[Finding(rule="规则", field="cases", value="", remedy="补充案例")]),),
        {"sender": SENDER, "deadline": DAY(2026, 11, 20)},
    ),
    "scores": lambda: (([SCORED],), {"catalogue": "目录", "criteria": CRITERIA, "names": NAMES}),
    "opinion": lambda: (
        (kept(group_opinion="同意。", round=1, assignments=assigned("E1")),),
        {"names": NAMES},
    ),
    "recusal": lambda: (([SCORED],), {"expert_id": "E3", "names": NAMES}),
    "public_notice": lambda: (
        (edition(),),
        {"sender": SENDER, "notice": PublicNotice(start=DAY(2026, 11, 3))},
    ),
    "publication": lambda: ((edition(),), {"sender": SENDER}),
    "objections": lambda: (([SCORED],), {"catalogue": "目录"}),
}


@pytest.mark.parametrize("key", NOTICES)
def test_every_document_is_a_draft_without_open_places_and_the_same_bytes_later(key):
    arguments, named = EVERY[key]()
    notice = NOTICES[key]
    first = notice.function(*arguments, **named)
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        body = etree.fromstring(package.read("word/document.xml"))
    text = "".join(body.itertext())
    assert "代拟稿" in text
    assert "{" not in text and "None" not in text
    assert notice.document(*arguments, **named).draft
    assert notice.title == texts()[0][key].name
    time.sleep(2.1 if key == "call" else 0)
    assert notice.function(*arguments, **named) == first


# Texts.


@given(st.text(), st.text(min_size=1).filter(str.strip))
def test_every_placeholder_is_replaced_once(before, value):
    literal = before.replace("{", "{{").replace("}", "}}")
    assert fill(literal + "{x}。{x}", {"x": value}, where="试") == f"{before}{value}。{value}"


@pytest.mark.parametrize("values", [{}, {"contact": ""}, {"contact": "  "}])
def test_an_open_place_is_an_error_with_its_chinese_name(values):
    with pytest.raises(BadInput, match=r"征集通知：“联系人”未填写"):
        fill("联系人：{contact}", values, where="征集通知")


def test_a_call_without_contact_is_refused():
    with pytest.raises(BadInput, match="征集通知：“联系人”"):
        call_document(replace(SENDER, contact=""), **CALL)


def test_every_placeholder_of_the_texts_has_a_chinese_name():
    every, labels = texts()
    for key, text in every.items():
        parts = [text.title, *(p.text + p.rest for p in text.body)]
        found = set(re.findall(r"{(\w+)}", "".join(parts)))
        assert found <= set(labels), key


def test_a_faulty_file_of_texts_is_one_line(tmp_path):
    path = tmp_path / "texts.yaml"
    path.write_text("labels: {}\ncall: {name: 通知, title: 通知, body: [{level: h9}]}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"call: body\.0\.level: “h9”：只能写 text、h1、h2、h3、h4$"):
        texts(path)


# The legal basis.


def test_the_call_cites_what_is_in_force_on_its_day():
    old = replace(SENDER, on=DAY(2026, 8, 14))
    new = replace(SENDER, on=DAY(2026, 8, 15))
    assert "清洁生产促进法" in body_text(call_document(old, **CALL))
    text = body_text(call_document(new, **CALL))
    assert "生态环境法典" in text and "促进法" not in text


@pytest.mark.parametrize("build", ["call", "publication", "public_notice"])
def test_a_repealed_law_is_refused(build):
    arguments, named = EVERY[build]()
    with pytest.raises(BadInput, match="清洁生产促进法》自2026年8月15日起废止"):
        NOTICES[build].function(*arguments, **named, basis=["cp-law"])


def test_the_texts_cite_only_known_laws():
    for text in texts()[0].values():
        assert set(text.basis) <= set(legal.laws())


# The call.


def test_the_filing_form_asks_for_every_field():
    pages = compose(call_document(SENDER, **CALL, cases=3))
    form = next(item for item in pages[1].items if isinstance(item, Form))
    shown = "\n".join(text for row in form.rows for text in row.cells)
    for label in LABELS.values():
        assert label in shown, label
    for label in CASE_LABELS.values():
        assert shown.split("\n").count(label) == 3
    assert pages[2].landscape and pages[2].items[0].text == "附件2"


def test_the_conditions_are_those_of_the_formal_check():
    text = body_text(call_document(SENDER, **CALL))
    by_id = {rule.id: rule.label for rule in rule_set("city").rules}
    for id_ in texts()[0]["call"].rule_ids:
        assert by_id[id_] in text
    assert "7. 不属于限制或淘汰。" in text


def test_what_nobody_asked_for_is_not_printed():
    plain = body_text(call_document(SENDER, **CALL))
    assert "重点征集以下方向" not in plain and "不超过" not in plain and "电子邮箱" not in plain
    full = body_text(call_document(replace(SENDER, email="a@b.cn"), **CALL, focus=["电镀废水回收"], quota=5))
    assert "重点征集以下方向：电镀废水回收。" in full and "不超过5项" in full and "电子邮箱：a@b.cn" in full


@pytest.mark.parametrize(
    "days",
    [(DAY(2026, 11, 2), DAY(2026, 12, 31)), (DAY(2027, 1, 1), DAY(2026, 12, 31))],
)
def test_deadlines_out_of_order_are_refused(days):
    with pytest.raises(BadInput, match="申报截止日期"):
        call_document(SENDER, **{**CALL, "unit_deadline": days[0], "deadline": days[1]})


# Correction.


def test_a_correction_lists_rule_field_value_and_remedy():
    findings = [
        Finding(rule="案例不少于 2 个", field="cases", value="1 个", remedy="请补充案例"),
        Finding(rule="信用代码有效", field="credit_code", value="", remedy="请核对"),
    ]
    document = correction_document(kept(findings=findings), sender=SENDER, deadline=DAY(2026, 11, 20))
    assert tables(document)[0].rows == (
        ("1", "案例不少于 2 个", "应用案例", "1 个", "请补充案例"),
        ("2", "信用代码有效", "统一社会信用代码", "未提供", "请核对"),
    )
    text = body_text(document)
    assert "甲公司：" in text and "有2项需要补正" in text and "2026年11月20日前" in text


def test_a_return_that_is_long_mended_is_told_as_it_was():
    was = Finding(rule="案例不少于 2 个", field="cases", value="1 个", remedy="请补充案例")
    one = Correction(sequence=1, returned_on=DAY(2026, 10, 8), findings=(was,), reason="缺案例")
    told = correction_document(kept(), sender=SENDER, deadline=DAY(2026, 11, 20), correction=one)
    assert tables(told)[0].rows == (("1", "案例不少于 2 个", "应用案例", "1 个", "请补充案例"),)
    by_hand = one.model_copy(update={"findings": ()})
    told = correction_document(kept(), sender=SENDER, deadline=DAY(2026, 11, 20), correction=by_hand)
    assert tables(told)[0].rows == (("1", "审查意见", "申报表", "未提供", "缺案例"),)


def test_a_correction_needs_findings_and_a_day_to_come():
    with pytest.raises(BadInput, match="没有需要补正的问题"):
        correction_document(kept(), sender=SENDER, deadline=DAY(2026, 11, 20))
    finding = [Finding(rule="甲", field="name", value="", remedy="乙")]
    with pytest.raises(BadInput, match="补正期限 2026-11-02"):
        correction_document(kept(findings=finding), sender=SENDER, deadline=DAY(2026, 11, 2))


# Scores.


def test_mean_range_and_deviation_by_hand():
    advanced, economy, total = score_rows(SCORED, CRITERIA)
    assert (advanced.mean, advanced.spread) == (8.5, 1)
    assert advanced.deviation == pytest.approx(0.5**0.5)
    assert (economy.mean, economy.spread) == (7.5, 3)
    assert economy.deviation == pytest.approx(4.5**0.5)
    assert total.points == (("E1", 14.0), ("E2", 18.0)) and total.mean == 16
    assert advanced.asked == 2


def test_a_criterion_left_out_is_no_zero():
    one = kept(assignments=assigned("E1", "E2"), scores=[score("E1", 8), score("E2", 9, 9)])
    advanced, economy, total = score_rows(one, CRITERIA)
    assert (len(advanced.points), economy.points, economy.mean) == (2, (("E2", 9),), 9)
    assert total.points == (("E2", 18),) and economy.deviation is None and economy.asked == 2
    lines = tables(score_document([one], catalogue="目录", criteria=CRITERIA, names=NAMES))[0].rows
    assert lines[0][3:] == ("王甲", "8", "未提供", "未提供")
    assert lines[-1][3:] == ("标准差", "0.71", "未计算", "未计算")


def test_every_round_is_told_apart():
    two = kept(
        assignments=[*assigned("E1"), *assigned("E1", round=2)],
        scores=[score("E1", 5, 5), score("E1", 9, 9, round=2)],
    )
    rows = score_rows(two, CRITERIA)
    assert [(row.round, row.mean) for row in rows] == [(1, 5), (1, 5), (1, 10), (2, 9), (2, 9), (2, 18)]


@given(st.lists(st.floats(0, 100), min_size=2, max_size=9))
def test_figures_agree_with_their_definition(points):
    one = kept(scores=[score(f"E{n}", value, 1.0) for n, value in enumerate(points)])
    row = score_rows(one, CRITERIA)[0]
    assert min(points) - 1e-9 <= row.mean <= max(points) + 1e-9
    assert row.spread == max(points) - min(points)
    assert row.deviation == pytest.approx(statistics.stdev(points))


def test_the_version_for_an_applicant_shows_its_own_means_and_nobodys_points():
    other = kept("SB-2026-0002", "乙公司", scores=[score("E1", 3.25, 3)])
    inside = body_text(score_document([SCORED, other], catalogue="目录", criteria=CRITERIA, names=NAMES))
    assert "王甲" in inside and "SB-2026-0002" in inside and "不得提供给申报单位" in inside
    document = score_document(
        [SCORED, other], catalogue="目录", criteria=CRITERIA, names=NAMES, applicant="甲公司"
    )
    outside = body_text(document)
    assert not any(name in outside for name in (*NAMES.values(), *NAMES, "SB-2026-0002", "3.25"))
    assert [row[3] for row in tables(document)[0].rows] == ["评分人数", "平均分", "极差", "标准差"]
    assert tables(document)[0].rows[1][4:] == ("8.50", "7.50", "16.00")
    assert document.landscape


def test_scores_need_points_names_and_known_criteria():
    with pytest.raises(BadInput, match="还没有专家评分"):
        score_document([kept()], catalogue="目录", criteria=CRITERIA, names=NAMES)
    with pytest.raises(BadInput, match="专家“E1”没有姓名"):
        score_document([SCORED], catalogue="目录", criteria=CRITERIA, names={})
    with pytest.raises(BadInput, match="未知指标“economy”"):
        score_document([SCORED], catalogue="目录", criteria={"advanced": "先进性"}, names=NAMES)


# Opinion and recusal.


def test_the_opinion_is_signed_by_those_who_were_present():
    one = kept(
        group_opinion="意见如下：\n\n同意列入。", round=2,
        assignments=[*assigned("E1", "E2"), *assigned("E1", "E2", "E3", round=2, away=("E2",))],
    )  # fmt: skip
    document = opinion_document(one, names=NAMES)
    assert tables(document)[0].rows == (("1", "王甲", ""), ("2", "张丙", ""))
    text = body_text(document)
    assert "已回避、未参加评审的专家：李乙。" in text and "现场核查" not in text
    assert text.index("意见如下：") < text.index("同意列入。")
    with pytest.raises(BadInput, match="专家组意见为空"):
        opinion_document(kept(), names=NAMES)


def test_a_statement_covers_every_dossier_of_the_expert():
    other = kept("SB-2026-0002", "乙公司", assignments=assigned("E3", round=2, away=("E3",)))
    assert recused([SCORED, other, kept("SB-2026-0003")]) == ("E3",)
    document = recusal_document([SCORED, other], expert_id="E3", names=NAMES)
    assert tables(document)[0].rows == (
        ("SB-2026-0001", "技术1", "甲公司", "1", "有合作"),
        ("SB-2026-0002", "技术2", "乙公司", "2", "有合作"),
    )
    assert "本人张丙" in body_text(document)
    with pytest.raises(BadInput, match="“E1”没有回避记录"):
        recusal_document([SCORED], expert_id="E1", names=NAMES)


# Publication and public notice.


def test_a_publication_counts_its_classes_and_lists_what_left():
    gone = Withdrawal(number="CPT-0009", name="旧技术", reason="已被替代")
    document = publication_document(
        edition(withdrawn=(gone,), replaces=2025), sender=SENDER, before="清洁生产技术推广目录（2025年）"
    )
    text = body_text(document)
    assert "共收录技术2项，其中示范技术1项、推广技术1项" in text
    assert "《清洁生产技术推广目录（2025年）》同时停止使用" in text and "退出技术1项" in text
    assert [annex.landscape for annex in document.attachments] == [True, False]
    assert [row for grid in tables(document) for row in grid.rows][-1] == (
        "CPT-0009", "旧技术", "已被替代", "未提供",
    )  # fmt: skip
    assert [row[1] for grid in tables(document)[:-1] for row in grid.rows] == ["技术一", "技术二"]
    plain = publication_document(edition(), sender=SENDER)
    assert "停止使用" not in body_text(plain) and len(plain.attachments) == 1


def test_an_edition_that_is_not_frozen_is_not_published():
    loose = edition().model_copy(update={"fingerprint": ""})
    with pytest.raises(BadInput, match="尚未冻结"):
        publication_document(loose, sender=SENDER)


def test_example_data_is_marked():
    document = publication_document(edition(is_example=True), sender=SENDER)
    assert "（代拟稿，示例数据，不得印发）" in body_text(document)
    mark = "（代拟稿，示例数据，不得印发）"
    assert mark in body_text(call_document(SENDER, **CALL, example=True))
    assert mark not in body_text(call_document(SENDER, **CALL))
    assert mark in body_text(objection_document([], catalogue="目录", example=True))


def test_a_public_notice_tells_its_days_and_names_applicants():
    notice = PublicNotice(start=DAY(2026, 11, 3), days=7)
    document = public_notice_document(edition(), sender=SENDER, notice=notice)
    text = body_text(document)
    assert "2026年11月3日至2026年11月9日，共7日" in text
    assert [row[1:3] for row in tables(document)[0].rows] == [("技术一", "甲公司"), ("技术二", "未提供")]
    assert not document.addressee and not document.red_head
    older = freeze(Edition(year=2025, title="目录", entries=edition().entries[:1]))
    new = public_notice_document(edition(), sender=SENDER, notice=notice, before=older)
    assert [row[1] for row in tables(new)[0].rows] == ["技术二"] and "拟将1项技术" in body_text(new)
    early = PublicNotice(start=DAY(2026, 11, 1))
    with pytest.raises(BadInput, match="早于成文日期"):
        public_notice_document(edition(), sender=SENDER, notice=early)


# Objections.


def objection(id, day, accepted=None, **values):
    return Objection(id=id, raised_by="某单位", raised_on=day, text=f"意见{id}", accepted=accepted, **values)


def test_objections_are_listed_by_day_with_their_handling():
    first = kept(objections=[objection("Y2", DAY(2026, 11, 6)), objection("Y1", DAY(2026, 11, 5), False)])
    second = kept(
        "SB-2026-0002",
        objections=[
            objection(
                "Y3", DAY(2026, 11, 4), True, handling="退出", handled_by="李四", handled_on=DAY(2026, 11, 9)
            )
        ],
    )
    document = objection_document([first, second], catalogue="目录")
    rows = tables(document)[0].rows
    assert [(row[1], row[5], row[6]) for row in rows] == [
        ("SB-2026-0002", "意见Y3", "采纳"), ("SB-2026-0001", "意见Y1", "不采纳"),
        ("SB-2026-0001", "意见Y2", "尚未处理"),
    ]  # fmt: skip
    assert rows[0][7:] == ("退出", "李四", "2026-11-09") and rows[2][7:] == ("未提供",) * 3
    assert "共收到意见3条，采纳1条，不采纳1条，尚未处理1条" in body_text(document)


def test_no_objection_is_said():
    text = body_text(objection_document([kept()], catalogue="目录"))
    assert "公示期内未收到意见" in text and "共收到意见0条" in text


def test_nothing_is_written_by_the_functions(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments, named = EVERY["call"]()
    NOTICES["call"].function(*arguments, **named)
    assert list(Path().iterdir()) == []
