import csv

import pytest

from catalog import CatalogError
from catalog.negative import load_negative_list, named_in
from embeddings.segment import normalise

COLUMNS = (
    "name", "pattern", "class", "condition", "document", "publisher", "year", "url", "note", "replacements",
)  # fmt: skip
LINE = {
    "name": "土窑",
    "pattern": "土窑|小窑",
    "class": "eliminated",
    "condition": "",
    "document": "某目录",
    "publisher": "某部",
    "year": "2024",
    "url": "https://example.org/list",
    "note": "",
    "replacements": "CPT-0001|CPT-0002",
}


@pytest.fixture
def write(tmp_path):
    def writer(*changes):
        path = tmp_path / "negative_list.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, COLUMNS)
            table.writeheader()
            table.writerows([LINE | change for change in changes])
        return path

    return writer


@pytest.fixture(scope="module")
def shipped(catalog):
    return load_negative_list(known_ids={technology.id for technology in catalog.technologies})


def names(text, entries):
    return [entry.name for entry in named_in(normalise(text), entries)]


def test_an_entry_keeps_its_document_and_its_replacements(write):
    (entry,) = load_negative_list(write({}))
    assert (entry.name, entry.class_, entry.url) == ("土窑", "eliminated", "https://example.org/list")
    assert entry.replacements == ("CPT-0001", "CPT-0002")


def test_no_replacement_is_none(write):
    assert load_negative_list(write({"replacements": ""}))[0].replacements == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"class": "allowed"}, "class: 'allowed': write eliminated or restricted"),
        ({"class": ""}, "class: '': write eliminated or restricted"),
        ({"pattern": "土窑("}, "pattern: '土窑(': is no pattern"),
        ({"document": ""}, "document: '': name the document and its address"),
        ({"url": ""}, "document: '某目录': name the document and its address"),
        ({"replacements": "CPT-0001|CPT-0999"}, "replacements: 'CPT-0999': no record has this id"),
    ],
)
def test_a_fault_names_line_field_value_and_cure(write, change, words):
    with pytest.raises(CatalogError) as caught:
        load_negative_list(write({}, change), known_ids={"CPT-0001", "CPT-0002"})
    assert str(caught.value).startswith(f"data/policy/negative_list.csv:3: {words}")
    assert len(caught.value.faults) == 1


def test_the_faults_of_all_lines_are_collected(write):
    with pytest.raises(CatalogError) as caught:
        load_negative_list(write({"class": "x", "url": ""}, {"pattern": "["}))
    assert [(f.file.rsplit(":", 1)[1], f.field) for f in caught.value.faults] == [
        ("2", "class"),
        ("2", "document"),
        ("3", "pattern"),
    ]


def test_an_empty_pattern_names_nothing_and_is_a_fault(write):
    with pytest.raises(CatalogError, match="pattern"):
        load_negative_list(write({"pattern": ""}))


def test_replacements_stay_unchecked_without_ids(write):
    assert load_negative_list(write({"replacements": "CPT-0999"}))[0].replacements == ("CPT-0999",)


def test_the_sentence_names_class_condition_document_and_note(write):
    (entry,) = load_negative_list(
        write({"class": "restricted", "condition": "用于烧砖", "note": "以原文为准"})
    )
    assert entry.sentence == "“土窑”被列为限制类，用于烧砖：某部《某目录》2024（以原文为准）"


def test_the_sentence_leaves_out_what_is_not_known(write):
    (entry,) = load_negative_list(write({}))
    assert entry.sentence == "“土窑”被列为淘汰类：某部《某目录》2024"


def test_a_text_names_the_entries_whose_pattern_it_holds(write):
    entries = load_negative_list(write({}, {"name": "立窑", "pattern": "立窑"}))
    assert names("還在用土窯燒磚", entries) == ["土窑"]
    assert names("小窑和立窑都要改", entries) == ["土窑", "立窑"]
    assert names("回转窑窑尾温度高", entries) == []


def test_every_shipped_replacement_is_a_record_that_can_be_recommended(catalog, shipped):
    allowed = {technology.id for technology in catalog.recommendable}
    assert shipped
    for entry in shipped:
        assert entry.replacements and set(entry.replacements) <= allowed, entry.name


def test_every_shipped_entry_names_a_public_document(shipped):
    for entry in shipped:
        assert entry.publisher and entry.document and entry.url.startswith("http"), entry.name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("喷漆房用的ＵＶ光解，效果差", "光催化（光氧、光解）废气净化"),
        ("車間裝了低溫等離子設備", "低温等离子废气净化"),
        ("水泵还是JO2系列电机", "J系列电动机"),
        ("三十年前的Y系列三相电动机", "Y系列三相异步电动机（2003年前生产）"),
        ("160 kA电解槽电耗高", "200 kA以下预焙阳极铝电解槽"),
    ],
)
def test_a_shipped_entry_is_found_as_people_write_it(shipped, text, name):
    assert names(text, shipped) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "活性炭吸附箱更换不及时",
        "等离子切割机烟尘大",
        "YE4系列高效电机已经换完",
        "200 kA电解槽",
        "300kA系列电解槽阳极效应多",
        "350kA电解槽侧壁散热大",
        "420kA系列电解槽电流效率低",
    ],
)
def test_what_is_not_on_the_list_is_not_named(shipped, text):
    assert names(text, shipped) == []
