"""A change of the thesaurus is previewed without being saved; feedback becomes judgements to review."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catalog import BadInput
from embeddings.lexicon import THESAURUS, Entry, thesaurus
from recommender import Query, cli, evaluation
from recommender.evaluation import JudgedQuery
from recommender.feedback import REASON_CODES, REVIEW_COLUMNS, review, save_feedback
from recommender.thesaurus import Thesaurus

ROOT = Path(__file__).resolve().parents[2]
HEADER = "word,standard,kind,category"
NEW = "蓝胖子,空压机,exact,equipment"
ASKED = "蓝胖子的热量没有利用"
QUERIES = [
    JudgedQuery("q002", ASKED, None, "colloquial", "answerable", {"CPT-0842": 3}),
    JudgedQuery("q003", "凝结水直接排掉，没有回收", None, "colloquial", "answerable", {"CPT-0848": 3}),
]


def fingerprint(folder):
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "recommender", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env=dict(os.environ),
    )


def one_line(done, *words):
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert all(word in done.stderr for word in words), done.stderr
    return True


@pytest.fixture(scope="module")
def extended(engine):
    added = Entry("蓝胖子", ("空压机",), "exact", "equipment")
    return engine.with_thesaurus(Thesaurus.of([*thesaurus(), added]))


@pytest.fixture
def preview(engine, monkeypatch):
    """The preview command over two judged queries and the engine of the session."""
    monkeypatch.setattr(cli, "open_engine", lambda: engine)
    monkeypatch.setattr(evaluation, "load_judgements", lambda: QUERIES)
    return lambda path: CliRunner().invoke(cli.app, ["synonyms", "preview", str(path)])


def written(tmp_path, *lines):
    path = tmp_path / "new.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_an_added_word_changes_the_result_of_a_query(engine, extended):
    before, after = (one.match(Query(ASKED)).matches for one in (engine, extended))
    assert after[0].technology.name == "空压机余热回收"
    assert [m.technology.id for m in before] != [m.technology.id for m in after]


def test_the_engine_itself_keeps_its_thesaurus(engine, extended):
    before = engine.match(Query(ASKED)).as_json()
    extended.match(Query(ASKED))
    assert engine.match(Query(ASKED)).as_json() == before


def test_only_the_queries_that_change_are_reported(engine, extended):
    found = evaluation.changes(engine, extended, QUERIES)
    assert [change.id for change in found.queries] == ["q002"]
    assert found.queries[0].after > found.queries[0].before


def test_the_measures_of_each_half_move_by_themselves(engine, extended):
    means = evaluation.changes(engine, extended, QUERIES).means
    before, after = means["development"]
    assert after > before
    assert means["test"][0] == means["test"][1]


def test_the_same_thesaurus_changes_nothing(engine):
    same = engine.with_thesaurus(Thesaurus.of(thesaurus()))
    assert evaluation.changes(engine, same, QUERIES).queries == []


def test_preview_shows_the_change(preview, tmp_path):
    shown = preview(written(tmp_path, HEADER, NEW))
    assert shown.exit_code == 0, shown.output
    assert "1 条（新增 1，替换 0）" in shown.output and "未保存" in shown.output
    assert "q002" in shown.output and "q003" not in shown.output
    assert "结果有变化的查询：1 条" in shown.output


def test_preview_counts_a_word_that_is_replaced(preview, tmp_path):
    known = thesaurus()[0]
    line = f"{known.word},{'|'.join(known.standard)},{known.kind},{known.category}"
    shown = preview(written(tmp_path, HEADER, line))
    assert "1 条（新增 0，替换 1）" in shown.output
    assert "结果有变化的查询：0 条" in shown.output


def test_preview_saves_nothing(preview, tmp_path):
    source = written(tmp_path, HEADER, NEW)
    before, lexicon = fingerprint(tmp_path), fingerprint(THESAURUS.parent)
    assert preview(source).exit_code == 0
    assert fingerprint(tmp_path) == before
    assert fingerprint(THESAURUS.parent) == lexicon


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([HEADER, "蓝胖子,空压机,alias,equipment"], ["new.csv:2", "kind", "alias"]),
        ([HEADER, "蓝胖子,空压机,exact,machine"], ["new.csv:2", "category", "machine"]),
        ([HEADER, "蓝胖子,,exact,equipment"], ["new.csv:2", "standard"]),
        ([HEADER, "蓝,空压机,exact,equipment"], ["new.csv:2", "word"]),
        ([HEADER, NEW, NEW], ["new.csv:3", "word", "蓝胖子"]),
        (["word,standard", "蓝胖子,空压机"], ["header", "kind、category"]),
    ],
)
def test_a_faulty_file_is_one_line_and_exit_code_2(tmp_path, lines, words):
    assert one_line(run("synonyms", "preview", written(tmp_path, *lines)), *words)


def test_a_missing_file_is_one_line_and_exit_code_2(tmp_path):
    assert one_line(run("synonyms", "preview", tmp_path / "missing.csv"), "missing.csv")


def test_a_file_that_is_not_utf8_is_one_line_and_exit_code_2(tmp_path):
    path = tmp_path / "gbk.csv"
    path.write_bytes(f"{HEADER}\n{NEW}\n".encode("gbk"))
    assert one_line(run("synonyms", "preview", path), "gbk.csv", "UTF-8")


def entry(technology="CPT-0842", text="空压机余热没有利用", reason="space", **more):
    return json.dumps(
        {"technology": technology, "text": text, "industry": None, "reason": reason, "note": "", **more},
        ensure_ascii=False,
    )


def rows_of(tmp_path, *lines):
    source = tmp_path / "feedback.jsonl"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return review(source, known_ids={"CPT-0842", "CPT-0848"})


@pytest.mark.parametrize(
    ("reason", "grade"),
    [
        ("conditions", "0"),
        ("other", "0"),
        ("no_data", "1"),
        ("safety", "1"),
        ("investment", "2"),
        ("space", "2"),
        ("done_already", "2"),
    ],
)
def test_the_reason_suggests_a_grade(tmp_path, reason, grade):
    (row,) = rows_of(tmp_path, entry(reason=reason))
    assert (row["grade"], row["reason"]) == (grade, REASON_CODES[reason])


def test_equal_rejections_are_counted(tmp_path):
    rows = rows_of(tmp_path, entry(), entry(), entry(technology="CPT-0848"), entry(industry="31"))
    assert [(row["technology"], row["industry"], row["count"]) for row in rows] == [
        ("CPT-0842", "", "2"),
        ("CPT-0842", "31", "1"),
        ("CPT-0848", "", "1"),
    ]


def test_notes_are_kept_once(tmp_path):
    (row,) = rows_of(tmp_path, entry(note="没地方放"), entry(note="没地方放"), entry(note="太吵"))
    assert row["note"] == "没地方放；太吵"


def test_another_reason_for_the_same_result_is_not_lost(tmp_path):
    rows = rows_of(tmp_path, entry(reason="conditions"), entry(reason="investment"))
    assert "投资高" in "".join(row["reason"] for row in rows)


def test_a_technology_that_is_gone_is_marked(tmp_path):
    rows = rows_of(tmp_path, entry(), entry(technology="CPT-9999"))
    assert [row["state"] for row in rows] == ["待审", "技术已不在目录"]


@pytest.mark.parametrize(
    "line", ["not json", "[]", "null", "{}", '{"text": "烟气", "technology": "CPT-0842"}']
)
def test_a_bad_line_is_named(tmp_path, line):
    with pytest.raises(BadInput, match="第 3 行"):
        rows_of(tmp_path, entry(), "", line, entry())


def test_blank_lines_do_not_matter(tmp_path):
    assert len(rows_of(tmp_path, "", entry(), "")) == 1


def test_review_writes_a_table_from_what_the_app_saved(tmp_path, engine):
    for reason in ("space", "space"):
        save_feedback("CPT-0842", text="空压机余热没有利用", industry="31", reason=reason, home=tmp_path)
    source, output = tmp_path / "feedback.jsonl", tmp_path / "review.csv"
    before = source.read_bytes()
    done = run("feedback", "review", "--input", source, "-o", output)
    assert done.returncode == 0, done.stderr
    with output.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        (row,) = list(reader)
    assert tuple(reader.fieldnames) == REVIEW_COLUMNS
    assert (row["technology"], row["grade"], row["count"], row["state"]) == ("CPT-0842", "2", "2", "待审")
    assert "1 条待审" in done.stdout and source.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "words"), [(None, ["没有反馈可整理"]), ("not json\n", ["第 1 行", "不是有效的反馈记录"])]
)
def test_feedback_that_cannot_be_read_is_one_line_and_exit_code_2(engine, tmp_path, content, words):
    source = tmp_path / "feedback.jsonl"
    if content is not None:
        source.write_text(content, encoding="utf-8")
    done = run("feedback", "review", "--input", source, "-o", tmp_path / "review.csv")
    assert one_line(done, *words)
    assert not (tmp_path / "review.csv").exists()


def test_feedback_that_is_not_utf8_is_bad_input(tmp_path):
    source = tmp_path / "feedback.jsonl"
    source.write_bytes(entry().encode("gbk"))
    with pytest.raises(BadInput):
        review(source, known_ids=set())


def test_a_folder_that_cannot_be_written_is_one_line_and_exit_code_2(engine, tmp_path):
    source = tmp_path / "feedback.jsonl"
    source.write_text(entry() + "\n", encoding="utf-8")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = run("feedback", "review", "--input", source, "-o", tmp_path / "file" / "review.csv")
    assert one_line(done, "无法写入")
