import pytest

from catalog import CatalogError, load_catalog
from catalog.usage import STATEMENTS, WORDS, Usage, load_usage

IDS = {"CPT-0001", "CPT-0002"}


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "usage"
    path.mkdir()
    return path


def write(folder, name, *lines):
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def faults(folder):
    with pytest.raises(CatalogError) as caught:
        load_usage(folder, IDS)
    return [str(fault) for fault in caught.value.faults]


def test_statements_are_kept_by_record_in_the_order_of_the_file(folder):
    write(
        folder, STATEMENTS, "technology,text", "CPT-0002,热风白跑", "CPT-0001,滤袋老糊", "CPT-0002,风机费电"
    )
    statements = load_usage(folder, IDS).statements
    assert statements == {"CPT-0002": ("热风白跑", "风机费电"), "CPT-0001": ("滤袋老糊",)}


def test_words_are_split_at_the_bar_and_stand_once(folder):
    write(folder, WORDS, "technology,words", "CPT-0001,糊袋|掉灰||糊袋", "CPT-0001,掉灰|冒烟")
    assert load_usage(folder, IDS).words == {"CPT-0001": ("糊袋", "掉灰", "冒烟")}


def test_a_byte_order_mark_is_no_part_of_the_header(folder):
    write(folder, STATEMENTS, "\ufefftechnology,text", "CPT-0001,滤袋老糊")
    assert load_usage(folder, IDS).statements == {"CPT-0001": ("滤袋老糊",)}


@pytest.mark.parametrize(("name", "column"), [(STATEMENTS, "text"), (WORDS, "words")])
def test_an_unknown_id_is_a_fault(folder, name, column):
    write(folder, name, f"technology,{column}", "CPT-0001,滤袋老糊", "CPT-0999,风机费电")
    assert faults(folder) == [f"data/usage/{name}:3: technology: 'CPT-0999': no record has this id"]


@pytest.mark.parametrize(("name", "column"), [(STATEMENTS, "text"), (WORDS, "words")])
@pytest.mark.parametrize("line", ["CPT-0001,", "CPT-0001,  ", "CPT-0001"])
def test_an_empty_text_is_a_fault(folder, name, column, line):
    write(folder, name, f"technology,{column}", line)
    assert faults(folder) == [f"data/usage/{name}:2: {column}: '': is empty, write it or remove the line"]


def test_a_statement_that_stands_twice_is_a_fault_even_under_another_record(folder):
    write(folder, STATEMENTS, "technology,text", "CPT-0001,滤袋老糊", "CPT-0002,滤袋老糊")
    (fault,) = faults(folder)
    assert fault == (
        "data/usage/statements.csv:3: text: '滤袋老糊': stands at data/usage/statements.csv:2 too; keep one"
    )


def test_the_faults_of_both_files_are_collected(folder):
    write(folder, STATEMENTS, "technology,text", "CPT-0999,滤袋老糊")
    write(folder, WORDS, "technology,words", "CPT-0001,")
    assert [fault.split(":")[0] for fault in faults(folder)] == [
        "data/usage/statements.csv",
        "data/usage/words.csv",
    ]


def test_an_absent_folder_means_none(tmp_path):
    assert load_usage(tmp_path / "usage", IDS) == Usage()


def test_one_file_alone_is_enough(folder):
    write(folder, WORDS, "technology,words", "CPT-0001,糊袋")
    assert load_usage(folder, IDS) == Usage(words={"CPT-0001": ("糊袋",)})


def test_the_catalogue_reads_it_and_its_fingerprint_follows(data_dir, write_record, record):
    write_record(record)
    without = load_catalog(data_dir)
    (data_dir / "usage").mkdir()
    write(data_dir / "usage", STATEMENTS, "technology,text", "CPT-0001,滤袋老糊")
    first = load_catalog(data_dir)
    assert without.usage == Usage()
    assert first.usage.statements == {"CPT-0001": ("滤袋老糊",)}
    assert first.technologies == without.technologies
    assert first.fingerprint != without.fingerprint


def test_a_fault_stops_the_catalogue_with_and_without_its_compiled_form(data_dir, write_record, record):
    write_record(record)
    (data_dir / "usage").mkdir()
    write(data_dir / "usage", STATEMENTS, "technology,text", "CPT-0002,滤袋老糊")
    for _ in range(2):
        with pytest.raises(CatalogError, match="no record has this id"):
            load_catalog(data_dir)


def test_every_shipped_record_that_is_recommended_has_statements_and_words(catalog):
    for technology in catalog.recommendable:
        assert catalog.usage.statements.get(technology.id), technology.id
        assert catalog.usage.words.get(technology.id), technology.id


def test_no_shipped_statement_repeats_a_problem_of_its_record(catalog):
    for technology_id, statements in catalog.usage.statements.items():
        assert not set(statements) & set(catalog[technology_id].problems), technology_id
