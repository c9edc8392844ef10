import pytest

from catalog import CatalogError, UnknownCode
from catalog.codes import load_codes
from catalog.paths import DATA_DIR


@pytest.fixture(scope="module")
def codes():
    return load_codes(DATA_DIR / "codes")


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("钢铁", "31"),
        ("3110", "3110"),
        ("港口", "553"),
        ("酒店", "61"),
        ("医院", "841"),
        ("汽修店", "8111"),
        ("饲料厂", "132"),
        ("ＰＣＢ", "3982"),
        ("焦化", "2521"),
        ("0111", "0111"),
    ],
)
def test_trade_words_find_their_industry(codes, word, code):
    assert codes["industries"].resolve(word) == code


def test_all_divisions_are_there_and_codes_keep_leading_zeros(codes):
    divisions = [row.code for row in codes["industries"] if len(row.code) == 2]
    assert divisions == [f"{number:02d}" for number in range(1, 98)]


def test_an_unknown_value_proposes_the_nearest(codes):
    with pytest.raises(UnknownCode, match="源头减量"):
        codes.resolve("stages", "源头减")


def test_an_unsplit_group_and_its_class_share_a_label_and_the_broader_wins(codes):
    assert codes["industries"].resolve("炼铁") == "311"


def test_ancestors_run_to_the_division(codes):
    assert codes["industries"].ancestors("3110") == ["3110", "311", "31"]


def test_a_table_with_a_shared_alias_or_a_missing_parent_is_refused(tmp_path):
    (tmp_path / "media.csv").write_text(
        "code,label,label_en,aliases,parent,standard\n"
        "a,废气,gas,尾气,,\n"
        "b,废水,water,尾气,zz,\n"
        "b,余热,heat,废水,,\n",
        encoding="utf-8",
    )
    with pytest.raises(CatalogError) as caught:
        load_codes(tmp_path)
    text = str(caught.value)
    assert "data/codes/media.csv:3: aliases: '尾气': belongs to a too" in text
    assert "data/codes/media.csv:3: parent: 'zz'" in text
    assert "stands in line 3 too" in text
    assert "'废水': is the label of another row" in text


def test_a_wrong_header_is_one_line(tmp_path):
    (tmp_path / "media.csv").write_text("代码,名称\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="write code,label,label_en,aliases,parent,standard"):
        load_codes(tmp_path)
