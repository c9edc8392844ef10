import csv
import io
import json

import openpyxl
import pytest
from typer.testing import CliRunner

from catalog import BadInput
from recommender.batch import match_rows, read_rows, write_results
from recommender.cli import app

TABLE = "id,industry,text\na1,钢铁,烧结机头烟气直接排放\na2,没听过的行当,秸秆在田里焚烧\na3,,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_every_usual_encoding(tmp_path, encoding):
    path = tmp_path / "in.csv"
    path.write_bytes(TABLE.encode(encoding))
    rows = read_rows(path)
    assert [(row.id, row.industry) for row in rows] == [("a1", "钢铁"), ("a2", "没听过的行当"), ("a3", None)]
    assert rows[0].text == "烧结机头烟气直接排放"


def test_xlsx_and_jsonl_are_read_alike(tmp_path):
    book = openpyxl.Workbook()
    for row in (["序号", "行业", "问题描述"], [1, "钢铁", "烟气直排"], [None, None, None]):
        book.active.append(row)
    book.save(tmp_path / "in.xlsx")
    (tmp_path / "in.jsonl").write_text(
        json.dumps({"id": 1, "industry": "钢铁", "text": "烟气直排"}, ensure_ascii=False) + "\n\n",
        encoding="utf-8",
    )
    assert read_rows(tmp_path / "in.xlsx") == read_rows(tmp_path / "in.jsonl")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("in.csv", "id,描写\n1,烟\n".encode(), "缺少列 text（问题描述）；现有列：id、描写"),
        ("in.csv", b"", "缺少列 text"),
        ("in.xlsx", b"not a workbook", "不是有效的 XLSX"),
        ("in.jsonl", b'{"text": "a"}\n{oops\n', "第 2 行不是有效的 JSON"),
        ("in.jsonl", b"[1]\n", "第 1 行不是 JSON 对象"),
        ("in.pdf", b"%PDF", "后缀“.pdf”不支持"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words.replace("(", "\\(")):
        read_rows(path)


def test_a_bad_row_never_stops_the_rest(engine, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(TABLE, encoding="utf-8")
    results = list(match_rows(engine, read_rows(path), k=3))
    assert [result["id"] for result in results] == ["a1", "a2", "a3"]
    assert results[0]["verdict"] == "matched" and results[0]["warnings"] == []
    assert "不在行业词表中" in results[1]["warnings"][0] and results[1]["results"]
    assert results[2]["verdict"] == "none" and "为空" in results[2]["warnings"][0]


def test_results_have_the_promised_keys(engine, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(TABLE, encoding="utf-8")
    result = next(match_rows(engine, read_rows(path), k=3))
    assert {"id", "industry", "text", "warnings", "verdict", "results"} <= set(result)
    wanted = {"rank", "id", "name", "aliases", "industries", "level", "score", "reasons", "sources"}
    for hit in result["results"]:
        assert wanted <= set(hit)
        assert hit["level"] in {"强", "中", "弱"}
        assert all({"doc", "place", "term"} <= set(source) for source in hit["sources"])


def test_all_output_formats_hold_every_query(engine, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(TABLE, encoding="utf-8")
    results = list(match_rows(engine, read_rows(path), k=2))
    for suffix in ("jsonl", "csv", "xlsx"):
        write_results(tmp_path / f"out.{suffix}", results)
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["a1", "a2", "a3"]
    table = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8-sig"))))
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet.max_row == len(table)
    assert {row[0] for row in table[1:]} == {"a1", "a2", "a3"}


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_the_command_writes_the_file_and_counts(tmp_path):
    (tmp_path / "in.csv").write_text(TABLE, encoding="utf-8")
    done = run("match-file", str(tmp_path / "in.csv"), "-o", str(tmp_path / "out.jsonl"))
    assert done.exit_code == 0
    assert "共 3 条" in done.output
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 3
