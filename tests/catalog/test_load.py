import json

import pytest
import yaml

from catalog import CatalogError, load_catalog


def faults(data_dir):
    with pytest.raises(CatalogError) as caught:
        load_catalog(data_dir, use_cache=False)
    return str(caught.value).splitlines()


def test_a_valid_record_loads_with_codes_for_labels(data_dir, write_record, record):
    write_record(record)
    loaded = load_catalog(data_dir, use_cache=False)["CPT-0001"]
    assert loaded.stage == "process_control"
    assert loaded.media == ["waste_gas"]
    assert loaded.industries == ["3110"]


def test_three_faults_give_three_lines_with_file_field_value_and_cure(data_dir, write_record, record):
    record["stage"] = "过程控制阶"
    record["trl"] = 9
    record["maturity"]["trl"] = 12
    write_record(record)
    lines = faults(data_dir)
    assert len(lines) == 3
    assert all(line.startswith("data/technologies/CPT-0001.yaml: ") for line in lines)
    text = "\n".join(lines)
    assert "stage: '过程控制阶'" in text and "过程控制 (process_control)" in text
    assert "trl: '9': is no field of this record" in text
    assert "maturity.trl: '12'" in text


def test_faults_of_all_files_are_collected(data_dir, write_record, record):
    del record["summary"]
    write_record(record)
    second = {**record, "id": "CPT-0002", "name": "另一项", "media": ["怪物"]}
    write_record(second)
    text = "\n".join(faults(data_dir))
    assert "CPT-0001.yaml: summary" in text
    assert "CPT-0002.yaml: media[0]: '怪物'" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"industries": [3110]}, "put it in quotes"),
        ({"industries": ["烧结技"]}, "nearest"),
        ({"problems": ["一"] * 8}, "stands twice"),
        ({"problems": [f"烧结烟气循环试验第{n}条" for n in range(8)]}, "names the technology"),
        ({"side_effects": "listed"}, "no effect has sign: negative"),
        ({"parent": "CPT-0999"}, "no record has this id"),
        ({"alternatives": ["CPT-0001"]}, "refers to the record itself"),
        ({"sources": [], "publications": []}, "cite at least one"),
        ({"sources": [{"doc": "xx", "place": "一", "term": "词"}]}, "write one of cq-cp-2022"),
        ({"name": " 名称"}, "white space"),
        ({"industries": []}, "both empty"),
    ],
)
def test_a_fault_says_what_to_write_instead(data_dir, write_record, record, change, words):
    record.update(change)
    write_record(record)
    assert words in "\n".join(faults(data_dir))


def figure(**change):
    return {
        "metric": "节电",
        "quantity": {"value": 5, "unit": "%"},
        "basis": "改造前后",
        "sign": "positive",
        "evidence": "文献",
        **change,
    }


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (figure(), "has a figure without source"),
        (figure(evidence="工程估计"), "an estimated benefit is not a figure"),
        (figure(source="p9"), "is no publication key"),
        (figure(quantity={"value": 5, "min": 1, "unit": "%"}), "both value and min/max"),
        (figure(quantity={"min": 9, "max": 1, "unit": "%"}), "min 9 is above max 1"),
        (figure(quantity={"unit": "%"}), "neither value nor min/max"),
        (figure(quantity={"value": 5}), "quantity"),
    ],
)
def test_a_figure_needs_unit_form_and_source(data_dir, write_record, record, effect, words):
    record["effects"] = [effect]
    write_record(record)
    assert words in "\n".join(faults(data_dir))


def test_a_key_written_twice_and_broken_yaml_are_faults(data_dir, write_record, record):
    path = write_record(record)
    path.write_text(path.read_text(encoding="utf-8") + "\nname: 再来一次\n", encoding="utf-8")
    (data_dir / "technologies" / "CPT-0002.yaml").write_text("a: [1", encoding="utf-8")
    (data_dir / "technologies" / "CPT-0003.yaml").write_bytes("名称: 编码".encode("gb18030"))
    text = "\n".join(faults(data_dir))
    assert "key 'name' stands twice" in text
    assert "CPT-0002.yaml: file: 'YAML'" in text
    assert "CPT-0003.yaml: file" in text and "UTF-8" in text


def test_the_compiled_form_gives_the_same_records_and_follows_every_change(
    data_dir, write_record, record, home
):
    write_record(record)
    first = load_catalog(data_dir)
    second = load_catalog(data_dir)
    assert second.technologies == first.technologies
    record["summary"] = "改过的简介。"
    write_record(record)
    third = load_catalog(data_dir)
    assert third["CPT-0001"].summary == "改过的简介。"
    assert third.fingerprint != first.fingerprint


def test_a_damaged_compiled_form_is_rebuilt(data_dir, write_record, record, home):
    write_record(record)
    first = load_catalog(data_dir)
    compiled = home / "cache" / "catalog" / f"{first.fingerprint}.json"
    compiled.write_bytes(compiled.read_bytes()[:-20])
    assert load_catalog(data_dir).technologies == first.technologies
    assert json.loads(compiled.read_text(encoding="utf-8"))[0]["id"] == "CPT-0001"


def test_families_are_not_recommended_but_their_children_are(data_dir, write_record, record):
    write_record(record)
    child = yaml.safe_load(yaml.safe_dump(record))
    child.update(id="CPT-0002", name="子技术", parent="CPT-0001")
    write_record(child)
    loaded = load_catalog(data_dir, use_cache=False)
    assert [t.id for t in loaded.recommendable] == ["CPT-0002"]
    assert [t.id for t in loaded.children("CPT-0001")] == ["CPT-0002"]


def test_money_without_price_year_loads_and_is_flagged(data_dir, write_record, record):
    from catalog.validate import price_year_flags

    record["publications"] = [{"key": "p1", "title": "书", "publisher": "社", "tier": "A"}]
    record["investment"] = [
        {
            "quantity": {"value": 100, "unit": "万元"},
            "price_year": "unknown",
            "scale": "一套",
            "evidence": "文献",
            "source": "p1",
        }
    ]
    write_record(record)
    flags = price_year_flags(load_catalog(data_dir, use_cache=False).technologies)
    assert [flag.field for flag in flags] == ["investment[0].price_year"]
