"""Problems find technologies, technologies become options: resumable, in order, merged."""

import csv
import io
import itertools
import json
import time
from types import SimpleNamespace

import openpyxl
import pytest

from catalog import BadInput
from catalog.store import Store
from recommender.audit import matching
from recommender.audit.match_table import match_table, write_match_table, write_match_table_bytes
from recommender.audit.matching import fill_aspects, match_problems, merge_options, problem_query, unmatched
from recommender.audit.project import (
    AuditProject,
    Candidate,
    Figure,
    Option,
    Problem,
    ProblemMatch,
    Profile,
)

LINES = [
    ("电镀线", "镀镍镀铬后三级漂洗全部用自来水，清洗水耗高"),
    ("电镀线", "镀槽带出液多，镀铬废气无组织"),
    ("废水站", "废水站污泥含水率高，危废处置费用高"),
    ("空压站", "空压机老旧、单耗高"),
    ("空压站", "空压系统泄漏大、余热未用"),
    ("", "风机水泵定频，靠阀门调节"),
    ("", "空压机老旧、单耗高"),
    ("办公室", "今天食堂吃什么"),
    ("办公室", "？？？"),
    ("纯水站", "纯水制备得水率低，浓水直排"),
    ("照明", "车间照明仍用荧光灯"),
    ("空压站", "空压机老旧、单耗高"),
]


def project_of(lines, **profile):
    problems = tuple(
        Problem(id=f"P{number}", number=str(number), process=process, text=text)
        for number, (process, text) in enumerate(lines, 1)
    )
    return AuditProject(profile=Profile(name="甲厂", industry="3360", **profile), problems=problems)


def candidate(technology_id, level="strong", name="技术"):
    return Candidate(technology_id=technology_id, name=name, level=level, score=1.0, probability=0.8)


def with_matches(project, found, levels="strong"):
    """Give each problem the technologies of ``found``, a list of ids for each."""
    matches = [
        ProblemMatch(
            problem_id=problem.id,
            verdict="matched" if ids else "none",
            candidates=tuple(candidate(one, levels) for one in ids),
        )
        for problem, ids in zip(project.problems, found, strict=True)
    ]
    return project.changed(matches=tuple(matches))


class Counting:
    """An engine that writes down what it is asked."""

    def __init__(self, engine):
        self._engine = engine
        self.asked = []

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def match(self, query):
        self.asked.append(query.text)
        return self._engine.match(query)


class Fake:
    """A cheap engine: the technology is named by the text, ``弱`` is weak, ``坏`` is refused."""

    def __init__(self, *, revision="r1", catalogue="c1", max_text=2000):
        self.catalog = SimpleNamespace(fingerprint=catalogue)
        self.encoder = SimpleNamespace(name="fake", revision=revision)
        self.segmenter = SimpleNamespace(fingerprint="s1")
        self.ranker = SimpleNamespace(weights={"words": 1.0}, offset=0.0)
        self.config = SimpleNamespace(model_dump_json=lambda: f'{{"max_text": {max_text}}}')
        self.asked = []

    def match(self, query):
        self.asked.append(query.text)
        if "坏" in query.text:
            raise BadInput("问题描述：太长")
        level = "weak" if "弱" in query.text else "strong"
        found = SimpleNamespace(
            technology=SimpleNamespace(id="CPT-0001", name=f"答{query.text}"), level=level,
            score=1.0, probability=0.8, reasons=lambda: ["因为"],
        )  # fmt: skip
        return SimpleNamespace(matches=[found][: query.k], none_reason=None, warnings=[], uncovered=[])


@pytest.fixture
def store(tmp_path):
    opened = Store.open(tmp_path / "store.db")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def matched(engine):
    """The twelve lines with their answers, and what the engine was asked."""
    counting = Counting(engine)
    project, finished = match_problems(counting, project_of(LINES))
    assert finished
    return project, counting.asked


def by_id(project):
    return {match.problem_id: match for match in project.matches}


def test_every_problem_is_answered_in_order_and_the_same_question_asked_once(matched):
    project, asked = matched
    assert [match.problem_id for match in project.matches] == [f"P{number}" for number in range(1, 13)]
    assert len(asked) == len(set(asked)) == 11  # P4 and P12 are the same; P7 has no process
    answers = by_id(project)
    assert answers["P4"].candidates == answers["P12"].candidates != ()


def test_candidates_are_those_of_the_engine_above_weak(engine, matched):
    project, _ = matched
    answers = by_id(project)
    for problem in project.problems:
        if problem.id == "P9":
            continue
        result = engine.match(problem_query(project, problem))
        expected = [m.technology.id for m in result.matches if m.level in ("strong", "medium")]
        answer = answers[problem.id]
        assert [one.technology_id for one in answer.candidates] == expected
        assert len(expected) <= project.profile.max_options
        assert answer.verdict == ("matched" if expected else "none")
        assert bool(answer.none_reason) == (not expected)


def test_what_is_no_problem_has_its_reason(matched):
    project, _ = matched
    answers = by_id(project)
    assert answers["P8"].verdict == answers["P9"].verdict == "none"
    assert "没有文字" in answers["P9"].none_reason
    assert [problem.id for problem in unmatched(project)] == [
        match.problem_id for match in project.matches if not match.candidates
    ]
    assert {"P8", "P9"} <= {problem.id for problem in unmatched(project)}


@pytest.mark.parametrize(
    ("process", "text", "asked"),
    [
        ("电镀", "水耗高", "电镀：水耗高"),
        ("电镀", "电镀线水耗高", "电镀线水耗高"),
        ("", " 水耗高 ", "水耗高"),
        (" 电镀 ", "水耗高", "电镀：水耗高"),
        ("电镀", "？？？", "？？？"),
    ],
)
def test_the_process_goes_before_a_text_that_does_not_name_it(process, text, asked):
    project = project_of([(process, text)], max_options=4)
    query = problem_query(project, project.problems[0])
    assert (query.text, query.industry, query.k, query.id) == (asked, "3360", 4, "P1")
    assert problem_query(project, project.problems[0], k=7).k == 7


def test_an_industry_that_is_not_given_is_not_asked_for():
    project = AuditProject(profile=Profile(name="甲厂"), problems=(Problem(id="P1", text="水耗高"),))
    assert problem_query(project, project.problems[0]).industry is None


def test_only_weak_technologies_are_no_match_and_a_refusal_stops_nothing():
    project, finished = match_problems(Fake(), project_of([("", "弱"), ("", "坏"), ("", "好")]))
    assert finished
    weak, bad, good = project.matches
    assert (weak.verdict, weak.candidates) == ("none", ())
    assert "只找到关联度弱的技术（答弱（CPT-0001））" in weak.none_reason
    assert (bad.verdict, bad.none_reason) == ("none", "问题描述：太长")
    assert (good.verdict, good.none_reason, good.candidates[0].reasons) == ("matched", "", ("因为",))


def test_a_cancelled_run_goes_on_where_it_stopped(engine, store):
    project = project_of(LINES[:6])
    counting = Counting(engine)
    half, finished = match_problems(
        counting, project, store=store, job="project:a", cancelled=lambda: len(counting.asked) >= 3
    )
    assert not finished
    assert [match.problem_id for match in half.matches] == ["P1", "P2", "P3"]
    whole, finished = match_problems(counting, project, store=store, job="project:a")
    assert finished
    assert len(counting.asked) == 6  # three before, three after
    alone, _ = match_problems(engine, project)
    assert whole == alone


def test_a_second_run_asks_nothing_and_a_changed_line_is_asked_anew(store):
    fake = Fake()
    lines = [("甲", f"问题{n}") for n in range(30)]
    first, _ = match_problems(fake, project_of(lines), store=store, job="j")
    again, _ = match_problems(fake, project_of(lines), store=store, job="j")
    assert again == first
    assert len(fake.asked) == 30
    lines[7] = ("甲", "改过的问题")
    lines[8] = ("乙", "问题8")
    match_problems(fake, project_of(lines), store=store, job="j")
    assert fake.asked[30:] == ["甲：改过的问题", "乙：问题8"]


@pytest.mark.parametrize(
    "other",
    [{"revision": "r2"}, {"catalogue": "c2"}, {"max_text": 10}],
    ids=["model", "catalogue", "settings"],
)
def test_another_catalogue_model_or_setting_makes_kept_answers_worthless(store, other):
    project = project_of([("", "问题")])
    match_problems(Fake(), project, store=store, job="j")
    changed = Fake(**other)
    match_problems(changed, project, store=store, job="j")
    assert changed.asked == ["问题"]


def test_another_industry_or_number_of_candidates_is_another_question(store):
    fake, project = Fake(), project_of([("", "问题")])
    match_problems(fake, project, store=store, job="j")
    match_problems(fake, project, store=store, job="j", k=1)
    other = project.changed(profile=project.profile.model_copy(update={"industry": "3110"}))
    match_problems(fake, other, store=store, job="j")
    match_problems(fake, project, store=store, job="another")
    assert len(fake.asked) == 4


def test_changed_rules_make_kept_answers_worthless(store, monkeypatch):
    fake, project = Fake(), project_of([("", "问题")])
    match_problems(fake, project, store=store, job="j")
    monkeypatch.setattr(matching, "_rules_fingerprint", lambda: "other rules")
    match_problems(fake, project, store=store, job="j")
    assert len(fake.asked) == 2


def test_what_is_done_is_kept_when_the_run_breaks_off(store):
    class Breaks(Fake):
        def match(self, query):
            if query.text == "问题5":
                raise RuntimeError("power cut")
            return super().match(query)

    project = project_of([("", f"问题{n}") for n in range(10)])
    with pytest.raises(RuntimeError):
        match_problems(Breaks(), project, store=store, job="j")
    fake = Fake()
    match_problems(fake, project, store=store, job="j")
    assert fake.asked == [f"问题{n}" for n in range(5, 10)]


class Writing:
    """A store that counts what is written at once."""

    def __init__(self, store):
        self._store = store
        self.written = []

    def results(self, job):
        return self._store.results(job)

    def put_results(self, job, results):
        if results:
            self.written.append(len(results))
        self._store.put_results(job, results)


def test_ten_thousand_lines_keep_their_order_with_and_without_store(store):
    lines = [("工序", f"问题{n % 9000}") for n in range(10_000)]
    project, fake, writing, told = project_of(lines), Fake(), Writing(store), []
    plain, finished = match_problems(Fake(), project)
    assert finished
    kept, finished = match_problems(
        fake, project, store=writing, job="j", progress=lambda done, total: told.append((done, total))
    )
    assert finished
    assert kept == plain
    assert [match.problem_id for match in kept.matches] == [problem.id for problem in project.problems]
    assert kept.matches[9500].candidates[0].name == "答工序：问题500"
    assert len(fake.asked) == 9000
    assert writing.written == [200] * 45
    done = [number for number, _ in told]
    assert (done[0], done[-1]) == (0, 10_000)
    assert {total for _, total in told} == {10_000}
    assert all(later - earlier <= 25 for earlier, later in itertools.pairwise(done))
    again = Fake()
    assert match_problems(again, project, store=store, job="j")[0] == plain
    assert again.asked == []


def test_an_empty_list_is_finished_at_once():
    project, finished = match_problems(Fake(), project_of([]))
    assert (project.matches, finished) == ((), True)


def test_one_technology_becomes_one_option_with_all_its_problems(catalog):
    project = with_matches(
        project_of([("", "a"), ("", "b"), ("", "c"), ("", "d")]),
        [["CPT-0845", "CPT-0255"], [], ["CPT-0255"], ["CPT-0870", "CPT-0845"]],
    )
    merged = merge_options(project, catalog)
    assert [(o.id, o.technology_id, o.problem_ids) for o in merged.options] == [
        ("F1", "CPT-0845", ("P1", "P4")),
        ("F2", "CPT-0255", ("P1", "P3")),
        ("F3", "CPT-0870", ("P4",)),
    ]
    option, technology = merged.options[0], catalog["CPT-0845"]
    assert (option.origin, option.name, option.content) == ("matched", technology.name, technology.summary)
    assert option.aspect == technology.audit_aspects[0]
    assert option.cost_class is None
    assert option.investment is None
    label = catalog.codes.label("cost_classes", technology.cost_class.class_)
    assert f"目录费用类别：{label}（{technology.cost_class.reason}）" in option.note
    assert merge_options(merged, catalog) == merged


def test_published_investments_are_told_and_not_taken_for_the_site(catalog):
    known = next(t for t in catalog.recommendable if t.investment != "unknown")
    merged = merge_options(with_matches(project_of([("", "a")]), [[known.id]]), catalog)
    assert merged.options[0].investment is None
    assert "目录公布投资（案例规模，非本企业）" in merged.options[0].note


def test_options_at_hand_keep_everything_and_gain_problems(catalog):
    edited = Option(
        id="F2", name="改过的名称", origin="matched", technology_id="CPT-0255", problem_ids=("P3",),
        content="改过的内容", investment=Figure(value=12, unit="万元"), note="笔记",
    )  # fmt: skip
    manual = Option(id="F5", name="修阀门", problem_ids=("P1",))
    project = project_of([("", "a"), ("", "b"), ("", "c")]).changed(options=(edited, manual))
    found = with_matches(project, [["CPT-0255"], ["CPT-0845"], ["CPT-0255"]])
    merged = merge_options(found, catalog)
    assert merged.options[0] == edited.model_copy(update={"problem_ids": ("P3", "P1")})
    assert merged.options[1] == manual
    assert [(o.id, o.technology_id) for o in merged.options[2:]] == [("F6", "CPT-0845")]


def test_technologies_out_of_force_or_unknown_become_no_option(catalog):
    withdrawn = catalog["CPT-0845"].model_copy(update={"status": "withdrawn"})

    class Other:
        codes = catalog.codes

        def __contains__(self, technology_id):
            return technology_id in catalog

        def __getitem__(self, technology_id):
            return withdrawn if technology_id == "CPT-0845" else catalog[technology_id]

    project = with_matches(project_of([("", "a")]), [["CPT-0845", "CPT-9999", "CPT-0255"]])
    assert [option.technology_id for option in merge_options(project, Other()).options] == ["CPT-0255"]


def test_options_that_exclude_or_need_each_other_are_linked(catalog):
    assert catalog["CPT-0010"].conflicts_with == ["CPT-0011"]
    assert catalog["CPT-0081"].requires == ["CPT-0080"]
    found = [["CPT-0010", "CPT-0081"], ["CPT-0011", "CPT-0080"]]
    merged = merge_options(with_matches(project_of([("", "a"), ("", "b")]), found), catalog)
    of = {option.technology_id: option for option in merged.options}
    assert of["CPT-0010"].conflicts_with == (of["CPT-0011"].id,)
    assert of["CPT-0011"].conflicts_with == (of["CPT-0010"].id,)
    assert of["CPT-0081"].requires == (of["CPT-0080"].id,)
    assert of["CPT-0080"].requires == ()


def test_a_link_needs_both_options_and_is_made_when_the_second_comes(catalog):
    project = project_of([("", "a"), ("", "b")])
    alone = merge_options(with_matches(project, [["CPT-0081"], []]), catalog)
    assert alone.options[0].requires == ()
    both = merge_options(with_matches(alone, [["CPT-0081"], ["CPT-0080"]]), catalog)
    assert both.options[0].requires == ("F2",)


def test_a_link_somebody_removed_does_not_come_back(catalog):
    found = with_matches(project_of([("", "a")]), [["CPT-0010", "CPT-0011"]])
    merged = merge_options(found, catalog)
    freed = merged.changed(options=tuple(o.model_copy(update={"conflicts_with": ()}) for o in merged.options))
    assert merge_options(freed, catalog) == freed


def test_ten_thousand_lines_are_merged(catalog):
    ids = [technology.id for technology in catalog.recommendable[:50]]
    project = project_of([("", f"问题{n}") for n in range(10_000)])
    merged = merge_options(with_matches(project, [[ids[n % 50]] for n in range(10_000)]), catalog)
    assert len(merged.options) == 50
    assert merged.options[3].problem_ids[:2] == ("P4", "P54")
    assert sum(len(option.problem_ids) for option in merged.options) == 10_000
    assert merge_options(merged, catalog) == merged


def test_the_table_has_a_row_for_every_problem(matched, catalog):
    project, _ = matched
    project = fill_aspects(project)
    header, rows = match_table(project, catalog)
    assert header[:8] == [
        "序号",
        "工序",
        "问题描述",
        "问题方面",
        "结论",
        "候选1 技术",
        "候选1 等级",
        "候选1 理由",
    ]
    assert header[-2:] == ["费用类别", "说明"]
    assert len(set(header)) == len(header)
    assert [len(row) for row in rows] == [len(header)] * 12
    assert [row[2] for row in rows] == [text for _, text in LINES]
    best = project.matches[0].candidates[0]
    assert rows[0][4:7] == ["匹配", f"{best.name}（{best.technology_id}）", "强"]
    assert rows[0][-2].startswith("候选1：")
    assert rows[3][3] == "设备"
    assert rows[8][4:6] == ["未匹配", ""]
    assert "没有文字" in rows[8][-1]


def test_a_line_that_was_not_reached_is_not_called_unmatched(catalog):
    fake = Fake()
    project, _ = match_problems(
        fake, project_of([("", "a"), ("", "b")]), cancelled=lambda: len(fake.asked) == 1
    )
    _, rows = match_table(project, catalog)
    assert [row[4] for row in rows] == ["匹配", "尚未匹配"]
    assert unmatched(project) == []


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".jsonl"])
def test_the_same_project_gives_the_same_bytes(tmp_path, matched, catalog, suffix):
    project, _ = matched
    write_match_table(tmp_path / f"a{suffix}", project, catalog)
    time.sleep(2.1)
    write_match_table(tmp_path / f"b{suffix}", project, catalog)
    content = (tmp_path / f"a{suffix}").read_bytes()
    assert content == (tmp_path / f"b{suffix}").read_bytes()
    assert content == write_match_table_bytes(project, catalog, suffix)


def test_the_files_say_what_the_table_says(tmp_path, matched, catalog):
    project, _ = matched
    header, rows = match_table(project, catalog)
    for suffix in (".xlsx", ".csv", ".jsonl"):
        write_match_table(tmp_path / f"a{suffix}", project, catalog)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    shown = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert shown == [header, *rows]
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [header, *rows]
    objects = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["id"] for one in objects] == [problem.id for problem in project.problems]
    assert objects[0]["candidates"][0]["technology_id"] == project.matches[0].candidates[0].technology_id
    assert objects[8]["verdict"] == "none"


def test_a_file_that_cannot_be_written_is_told(tmp_path, matched, catalog):
    with pytest.raises(BadInput, match=r"后缀“\.txt”不支持"):
        write_match_table(tmp_path / "a.txt", matched[0], catalog)
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="无法写入"):
        write_match_table(tmp_path / "file" / "a.csv", matched[0], catalog)


def test_aspects_are_filled_only_where_there_is_none():
    problems = (
        Problem(id="P1", text="空压机老旧", cause_aspect="staff"),
        Problem(id="P2", text="空压机老旧"),
        Problem(id="P3", text="春节放假"),
    )
    filled = fill_aspects(AuditProject(profile=Profile(name="甲厂"), problems=problems))
    assert [problem.cause_aspect for problem in filled.problems] == ["staff", "equipment", None]
