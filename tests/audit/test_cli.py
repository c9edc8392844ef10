"""The retrofit commands, from a new project to the hand-over, and what they say to bad input."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catalog.errors import QingyuanError
from recommender.cli import app

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "docs" / "problems.csv"


def run(*arguments):
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def project(engine):
    run("retrofit", "new", "甲厂", "--industry", "钢铁", "--rate", "0.08", "--id", "jia")
    yield "jia"
    run("retrofit", "remove", "jia")


def test_from_the_list_to_the_hand_over(project, tmp_path):
    said = run("retrofit", "import", project, LIST)
    assert "text=问题描述" in said and "已导入 4 条，跳过 0 条" in said
    said = run("retrofit", "match", project, "-o", tmp_path / "匹配.xlsx")
    assert "共 4 条" in said and (tmp_path / "匹配.xlsx").exists()
    assert "待办：" in run("retrofit", "screen", project)
    assert "未计算，缺少" in run("retrofit", "economics", project)
    figures = json.loads(run("retrofit", "economics", project, "--format", "json"))
    assert figures and all(row["npv"] is None and row["missing"] for row in figures)
    assert "组合：" in run("retrofit", "package", project, "--budget", "300", "--payback", "3")
    run("retrofit", "export", project, "-o", tmp_path / "交付")
    names = {path.name for path in (tmp_path / "交付").iterdir()}
    assert {"方案汇总表.xlsx", "审核报告第四五章.docx", "推荐凭证.json", "推荐凭证.docx"} <= names
    assert "逐字节一致" in run("replay", tmp_path / "交付" / "推荐凭证.json")


def test_a_project_travels_as_one_file(project, tmp_path):
    path = tmp_path / "甲厂.qyproject.json"
    run("retrofit", "save", project, "-o", path)
    said = run("retrofit", "open", path)
    copied = said.split()[1].split("：")[0]
    assert copied in run("retrofit", "list")
    assert "（副本）" in run("retrofit", "duplicate", copied)
    for line in run("retrofit", "list").splitlines()[:-1]:
        if not line.startswith("jia "):
            run("retrofit", "remove", line.split()[0])


def test_the_columns_can_be_named(project, tmp_path):
    path = tmp_path / "表.csv"
    path.write_text("甲,乙\n镀槽带出液多,电镀\n", encoding="utf-8")
    said = run("retrofit", "import", project, path, "--column", "text=甲", "--column", "process=乙")
    assert "已导入 1 条" in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["retrofit", "match", "nobody"], "没有编号为“nobody”"),
        (["retrofit", "new", "甲", "--industry", "不存在的行业xyz"], "--industry 不存在的行业xyz"),
        (["retrofit", "new", "甲", "--region", "月球"], "没有“月球”的公布值"),
        (["retrofit", "new", "甲", "--rate", "8"], "discount_rate"),
        (["retrofit", "demo", "cement", "-o", "x"], "示例“cement”不存在，请用 plating、steel"),
        (["retrofit", "open", "missing.json"], "无法读取"),
        (["replay", "missing.json"], "无法读取"),
        (["economics", "--investment", "150"], "--annual-saving"),
        (["economics", "--investment", "150", "--net-cash-flow", "3", "--rate", "5"], "贴现率：5"),
        (["economics", "--investment", "-1", "--net-cash-flow", "3"], "投资：-1"),
    ],
)
def test_bad_input_is_one_line(arguments, told, engine):
    with pytest.raises(QingyuanError) as error:
        run(*arguments)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_economics_gives_the_promised_keys():
    said = run(
        "economics", "--investment", "150", "--net-cash-flow", "32.5", "--years", "10",
        "--rate", "0.05", "--format", "json",
    )  # fmt: skip
    result = json.loads(said)
    assert result["payback_years"] == 4.6154 and result["npv"] == 100.9564
    assert result["npvr"] == pytest.approx(0.6730, abs=1e-4)
    assert result["irr"] == pytest.approx(0.17257, abs=1e-5)
    assert result["irr_interpolated"] == pytest.approx(0.172627, abs=1e-6)
    assert (result["interpolation"]["i1"], result["interpolation"]["i2"]) == (0.17, 0.18)


def test_economics_from_the_annual_saving():
    said = run(
        "economics", "--investment", "10", "--annual-saving", "1.58", "--tax-rate", "0.25",
        "--depreciation-years", "10", "--rate", "0.06", "--format", "json",
    )  # fmt: skip
    result = json.loads(said)
    assert (result["net_cash_flow"], result["payback_years"], result["npv"]) == (1.435, 6.9686, 0.5617)


@pytest.mark.parametrize("name", ["plating", "steel"])
def test_a_worked_example_leaves_its_files_the_same_every_time(name, tmp_path, engine):
    said = run("retrofit", "demo", name, "-o", tmp_path / "一")
    assert "方案汇总表.xlsx" in said
    run("retrofit", "demo", name, "-o", tmp_path / "二")
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / d).iterdir()} for d in ("一", "二"))
    assert set(first) == set(second) and len(first) == 9
    assert [file for file in first if first[file] != second[file]] == []
