import csv
import io
import json

import openpyxl
import pytest

from catalog import BadInput
from catalog.export import csv_bytes, export, row_height, xlsx_bytes


def test_jsonl_holds_every_record_with_the_promised_keys(catalog, tmp_path):
    path = tmp_path / "out.jsonl"
    assert export(catalog, "jsonl", path) == len(catalog)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [t.id for t in catalog.technologies]
    for row in rows:
        assert {"id", "name", "aliases", "industries", "summary", "sources"} <= set(row)
        assert row["cost_class"]["class"] in {"no_cost", "low_cost", "medium_cost", "high_cost"}


def test_csv_opens_in_excel_and_holds_every_record(catalog, tmp_path):
    path = tmp_path / "out.csv"
    export(catalog, "csv", path)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == len(catalog) + 1
    assert rows[0][:2] == ["编号", "技术名称"]


def test_xlsx_holds_every_record(catalog, tmp_path):
    path = tmp_path / "out.xlsx"
    export(catalog, "xlsx", path)
    sheet = openpyxl.load_workbook(path).active
    assert sheet.max_row == len(catalog) + 1
    assert sheet.freeze_panes == "C2"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
def test_a_text_never_becomes_a_formula(text):
    content = xlsx_bytes(["a", "b"], [[text, text]], sheet="表", widths=[8, 8])
    cell = openpyxl.load_workbook(io.BytesIO(content)).active["A2"]
    assert (cell.data_type, cell.value) == ("s", text)
    assert f"'{text}" in csv_bytes(["a"], [[text]]).decode("utf-8-sig")


def test_the_same_table_gives_the_same_bytes():
    first = xlsx_bytes(["a"], [["甲"]], sheet="表", widths=[8])
    assert first == xlsx_bytes(["a"], [["甲"]], sheet="表", widths=[8])


def test_an_unknown_format_is_one_line(catalog, tmp_path):
    with pytest.raises(BadInput, match="--format pdf: unknown, write one of jsonl, csv, xlsx"):
        export(catalog, "pdf", tmp_path / "x")


def test_a_long_text_makes_its_row_taller(tmp_path):
    path = tmp_path / "tall.xlsx"
    path.write_bytes(xlsx_bytes(["a"], [["短"], ["长" * 40]], sheet="表", widths=[20]))
    rows = openpyxl.load_workbook(path).active.row_dimensions
    assert rows[3].height >= 4 * 12
    assert (rows[2].height or 15) < 20


def test_a_row_is_tall_enough_for_several_lines_that_each_wrap():
    once = row_height(["适用" * 20], [20.0])
    assert row_height(["\n".join(["适用" * 20] * 3)], [20.0]) >= 3 * once - 10
    assert row_height(["短", "适用" * 20], [20.0, 20.0]) == once
