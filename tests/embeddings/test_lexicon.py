from collections import Counter

import pytest

from catalog import CatalogError
from embeddings.lexicon import CATEGORIES, COLUMNS, KINDS, THESAURUS, read_thesaurus, thesaurus

HEAD = "word,standard,kind,category"
GOOD = "冒白烟,湿烟羽,symptom,symptom"


@pytest.fixture
def write(tmp_path):
    def writer(*lines):
        path = tmp_path / "thesaurus.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return writer


def faults(path):
    with pytest.raises(CatalogError) as caught:
        read_thesaurus(path)
    return caught.value.faults


def test_the_shipped_thesaurus_has_at_least_fifteen_hundred_entries():
    assert len(thesaurus()) >= 1500


def test_every_kind_and_every_category_is_used():
    assert set(Counter(entry.kind for entry in thesaurus())) == set(KINDS)
    assert set(Counter(entry.category for entry in thesaurus())) == set(CATEGORIES)


def test_no_entry_leads_to_itself():
    assert [e.word for e in thesaurus() if e.word.lower() in {s.lower() for s in e.standard}] == []


def test_a_line_is_read_with_all_its_standard_terms(write):
    (entry,) = read_thesaurus(write(HEAD, " 捂盖子 ,密闭罩 | 集气罩||,colloquial,measure"))
    assert entry.word == "捂盖子"
    assert entry.standard == ("密闭罩", "集气罩")
    assert (entry.kind, entry.category) == ("colloquial", "measure")


def test_a_byte_order_mark_is_no_part_of_the_header(write):
    assert len(read_thesaurus(write("\ufeff" + HEAD, GOOD))) == 1


@pytest.mark.parametrize(
    ("line", "field", "value", "cure"),
    [
        ("白烟,湿烟羽,slang,symptom", "kind", "slang", f"write one of {', '.join(KINDS)}"),
        ("白烟,湿烟羽,,symptom", "kind", "", f"write one of {', '.join(KINDS)}"),
        ("白烟,湿烟羽,symptom,smoke", "category", "smoke", f"write one of {', '.join(CATEGORIES)}"),
        ("白烟,湿烟羽,symptom", "category", "", f"write one of {', '.join(CATEGORIES)}"),
        ("冒白烟,水雾,symptom,symptom", "word", "冒白烟", "stands twice; keep one line"),
        ("白烟,,symptom,symptom", "standard", "", "write a term, several joined by |"),
        ("白烟,|,symptom,symptom", "standard", "|", "write a term, several joined by |"),
        ("烟,湿烟羽,symptom,symptom", "word", "烟", "write at least two characters"),
        (",湿烟羽,symptom,symptom", "word", "", "write at least two characters"),
    ],
)
def test_a_fault_names_line_field_value_and_cure(write, line, field, value, cure):
    path = write(HEAD, GOOD, line)
    (fault,) = faults(path)
    assert (fault.file, fault.field, fault.value, fault.cure) == (f"{path}:3", field, value, cure)


def test_a_word_that_differs_in_case_alone_stands_twice(write):
    (fault,) = faults(write(HEAD, "RTO,蓄热式氧化,exact,equipment", "rto,蓄热式焚烧,exact,equipment"))
    assert (fault.value, fault.cure) == ("rto", "stands twice; keep one line")


def test_missing_columns_are_named_with_the_columns_to_write(write):
    path = write("word,standard", "冒白烟,湿烟羽")
    (fault,) = faults(path)
    assert str(fault) == f"{path}: header: 'kind、category': write {','.join(COLUMNS)}"


def test_an_empty_file_lacks_every_column(tmp_path):
    path = tmp_path / "thesaurus.csv"
    path.touch()
    (fault,) = faults(path)
    assert fault.value == "、".join(COLUMNS)


def test_a_file_in_another_encoding_or_absent_is_a_fault(tmp_path):
    path = tmp_path / "thesaurus.csv"
    assert "give a UTF-8 CSV file" in str(faults(path)[0])
    path.write_bytes(f"{HEAD}\n{GOOD}\n".encode("gb18030"))
    assert "give a UTF-8 CSV file" in str(faults(path)[0])


def test_the_faults_of_all_lines_are_collected(write):
    found = faults(write(HEAD, "白烟,湿烟羽,slang,symptom", GOOD, "黑烟,,symptom,symptom"))
    assert [(fault.file.rsplit(":", 1)[1], fault.field) for fault in found] == [
        ("2", "kind"),
        ("4", "standard"),
    ]


def test_the_line_of_a_fault_is_the_line_of_the_file(write):
    (fault,) = faults(write(HEAD, "", GOOD, "白烟,湿烟羽,slang,symptom"))
    assert fault.file.endswith(":4")


def test_the_shipped_file_is_named_from_the_root_of_the_repository(monkeypatch, write):
    path = write(HEAD, "白烟,湿烟羽,slang,symptom")
    monkeypatch.setattr("embeddings.lexicon.THESAURUS", path)
    assert faults(path)[0].file == f"data/lexicon/{THESAURUS.name}:2"
