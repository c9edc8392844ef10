import re
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from catalog.cli import app
from catalog.doctor import apply, examine
from catalog.doctor.texts import NEAR_DUPLICATE, similarities
from catalog.errors import BadInput
from catalog.paths import DATA_DIR
from catalog.units import normalised

FAULTS = yaml.safe_load((Path(__file__).parent / "data" / "doctor_faults.yaml").read_text(encoding="utf-8"))


def read(folder, record):
    path = folder / "technologies" / f"{record}.yaml"
    return path, yaml.safe_load(path.read_text(encoding="utf-8"))


def write(path, tree):
    path.write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), encoding="utf-8")


def sow(folder, fault):
    path, tree = read(folder, fault["record"])
    if "copy_texts_of" in fault:
        other = read(folder, fault["copy_texts_of"])[1]
        for field in ("summary", "principle", "problems"):
            tree[field] = other[field]
    else:
        *way, last = [int(step) if step.isdigit() else step for step in fault["path"].split(".")]
        place = tree
        for step in way:
            place = place[step]
        if "value" in fault:
            place[last] = fault["value"]
        else:
            del place[last]
        tree.update(fault.get("also", {}))
    write(path, tree)


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped data that a test may damage."""
    folder = tmp_path / "data"
    for part in ("technologies", "codes", "policy"):
        shutil.copytree(DATA_DIR / part, folder / part)
    return folder


@pytest.fixture
def texts(tmp_path, catalog):
    """Stand-ins for the official texts: what the records of each document cite."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for key in catalog.policy.documents:
        words = [s.term for t in catalog.technologies for s in t.sources if s.doc == key]
        (folder / f"{key}.txt").write_text("\n".join(words), encoding="utf-8")
    return folder


def test_the_catalogue_itself_raises_no_alarm(texts):
    assert [str(finding) for finding in examine(DATA_DIR, texts)] == []


def test_sown_faults_are_all_found_and_nothing_else_is(copy, texts):
    for fault in FAULTS:
        sow(copy, fault)
    findings = examine(copy, texts)
    found = {(finding.record, finding.check) for finding in findings}
    assert {(fault["record"], fault["check"]) for fault in FAULTS} - found == set()
    assert {finding.record for finding in findings} == {fault["record"] for fault in FAULTS}
    assert len(FAULTS) == 41


def test_only_what_a_person_listed_is_changed(copy):
    sow(copy, {"record": "CPT-0207", "path": "applicability.operating_window.0.unit", "value": "摄氏度"})
    sow(copy, {"record": "CPT-0200", "path": "effects.0.quantity.unit", "value": "百分比"})
    before = read(copy, "CPT-0200")[0].read_bytes()
    findings = examine(copy)
    chosen = next(finding for finding in findings if finding.record == "CPT-0207")
    apply(copy, findings, [chosen.key])
    assert read(copy, "CPT-0207")[1]["applicability"]["operating_window"][0]["unit"] == "℃"
    assert read(copy, "CPT-0200")[0].read_bytes() == before
    assert [finding.record for finding in examine(copy)] == ["CPT-0200"]


def test_a_key_that_is_none_or_has_no_proposal_is_refused(copy):
    sow(copy, {"record": "CPT-0225", "path": "summary", "value": "效果好"})
    findings = examine(copy)
    with pytest.raises(BadInput, match="no key of the present findings"):
        apply(copy, findings, ["00000000"])
    with pytest.raises(BadInput, match="no proposal"):
        apply(copy, findings, [findings[0].key])


def test_the_command_says_how_many_and_ends_with_one(copy):
    clean = CliRunner().invoke(app, ["doctor"])
    assert clean.exit_code == 0
    assert "未发现问题" in clean.stdout
    sow(copy, {"record": "CPT-0225", "path": "summary", "value": "效果好"})
    ill = CliRunner().invoke(app, ["doctor", "--data", str(copy)])
    assert ill.exit_code == 1
    assert "CPT-0225: summary: [thin]" in ill.stdout


def test_missing_policy_text_is_named(tmp_path):
    with pytest.raises(BadInput, match=re.escape("cq-cp-2022.txt is missing")):
        examine(DATA_DIR, tmp_path)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ("kwh/吨", "kWh/t"),
        ("吨标煤/年", "tce/a"),
        ("mg/Nm3", "mg/m³"),
        ("万元", "万元"),
        ("％", "%"),
        ("℃", "℃"),
        ("万m3/a", "万m³/a"),
        ("kgce/t熟料", "kgce/t熟料"),
    ],
)
def test_units_have_one_spelling(found, wanted):
    assert normalised(found) == wanted


def test_no_two_records_say_the_same(catalog):
    matrix = similarities(catalog.technologies)
    pairs = [
        (catalog.technologies[a].name, catalog.technologies[b].name, round(float(matrix[a, b]), 2))
        for a in range(len(matrix))
        for b in range(a)
        if matrix[a, b] > NEAR_DUPLICATE
    ]
    assert pairs == []
