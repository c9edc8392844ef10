import openpyxl
import pytest
import yaml
from typer.testing import CliRunner

from catalog.cli import app
from catalog.drafts import import_drafts, quantity
from catalog.errors import BadInput


def workbook(path, rows, merged=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "推广目录"
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return path


LIST = [
    ["某省清洁生产技术目录（征求意见稿）"],
    ["序号", "技术名称", "适用范围", "工艺路线", "典型项目", None, "技术类别", "咨询电话"],
    [None, None, None, None, "建设规模", "投资额（万元）", None, None],
    ["一、大气污染防治领域"],
    [
        "１",
        "烧结烟气密相塔半干法脱硫技术",
        "钢铁",
        "烟气进入密相塔……",
        "３６０㎡",
        "１２００",
        "推广技术",
        "1",
    ],
    ["2", "某某技术", "火星工业", "路线", "", "约八百", "样板", ""],
    ["3", None, "钢铁", "路线", "", "", "", ""],
]


def test_an_official_list_becomes_drafts(tmp_path, catalog):
    path = workbook(tmp_path / "list.xlsx", LIST, ["E2:F2", "A4:H4", "A1:H1"])
    result = import_drafts(path, catalog.codes)
    first = result.drafts[0]
    assert first["name"] == "烧结烟气密相塔半干法脱硫技术"
    assert first["group"].startswith("一、大气")
    assert first["investment"] == {"value": 1200.0, "unit": "万元"}
    assert first["class"] == "promoted"
    assert first["industries"]
    assert "terms" in first["to_write"]


def test_what_was_not_understood_is_named_with_sheet_row_and_column(tmp_path, catalog):
    path = workbook(tmp_path / "list.xlsx", LIST, ["E2:F2", "A4:H4", "A1:H1"])
    result = import_drafts(path, catalog.codes)
    assert any(line == "推广目录 第H列：咨询电话" for line in result.unknown_columns)
    text = "\n".join(result.faults)
    assert "推广目录 第6行 第C列" in text and "火星工业" in text
    assert "推广目录 第6行 第F列" in text and "约八百" in text
    assert "推广目录 第6行 第G列" in text
    assert "推广目录 第7行 第B列：技术名称为空" in text
    assert len(result.drafts) == 2


@pytest.mark.parametrize(
    ("text", "unit", "wanted"),
    [
        ("1,200", "万元", {"value": 1200.0, "unit": "万元"}),
        ("2~3", "年", {"min": 2.0, "max": 3.0, "unit": "年"}),
        ("18个月", "年", {"value": 1.5, "unit": "年"}),
        ("500万元", "万元", {"value": 500.0, "unit": "万元"}),
        ("视规模而定", "万元", None),
    ],
)
def test_figures_are_read_and_nothing_is_guessed(text, unit, wanted):
    assert quantity(text, unit) == wanted


def test_csv_in_the_encoding_of_excel_is_read(tmp_path, catalog):
    path = tmp_path / "list.csv"
    path.write_bytes("技术名称,适用行业\n冷轧废水回用,钢铁\n".encode("gb18030"))
    assert import_drafts(path, catalog.codes).drafts[0]["name"] == "冷轧废水回用"


def test_the_command_writes_drafts_and_never_over_others(tmp_path):
    path = workbook(tmp_path / "list.xlsx", LIST, ["E2:F2", "A4:H4", "A1:H1"])
    folder = tmp_path / "drafts"
    done = CliRunner().invoke(app, ["import", str(path), "-o", str(folder)])
    assert done.exit_code == 0, done.output
    draft = yaml.safe_load((folder / "draft-0001.yaml").read_text(encoding="utf-8"))
    assert draft["read_from"] == "推广目录 第5行"
    again = CliRunner().invoke(app, ["import", str(path), "-o", str(folder)])
    assert isinstance(again.exception, BadInput)
    assert "already there" in str(again.exception)


@pytest.mark.parametrize("name", ["list.pdf", "list.xlsx", "missing.csv"])
def test_a_file_that_is_no_list_is_one_line(tmp_path, catalog, name):
    path = tmp_path / name
    if name != "missing.csv":
        path.write_bytes(b"nothing")
    with pytest.raises(BadInput):
        import_drafts(path, catalog.codes)


def test_a_sheet_without_titles_is_refused(tmp_path, catalog):
    with pytest.raises(BadInput, match="技术名称"):
        import_drafts(workbook(tmp_path / "x.xlsx", [["甲", "乙"], ["1", "2"]]), catalog.codes)
