"""Fixtures: a home of its own for every session, small catalogues, the shipped engine."""

import copy
import os
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent

MINIMAL = {
    "id": "CPT-0001",
    "name": "烧结烟气循环试验",
    "name_en": "Test technology",
    "aliases": ["试验别名"],
    "summary": "把热烟气送回料面，减少外排。",
    "principle": "热烟气经除尘后由循环风机送回台车料面。余热留在系统内。",
    "stage": "过程控制",
    "measure_tags": ["节能"],
    "plus_class": "清洁生产+",
    "audit_aspects": ["技术工艺"],
    "industries": ["3110"],
    "processes": [],
    "equipment": [],
    "media": ["废气"],
    "pollutants": [],
    "resources": [],
    "problems": [f"现场情况描述第{n}条" for n in "一二三四五六七八"],
    "terms": [f"词语{n}" for n in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰"],
    "applicability": {
        "starting_situation": "烟气直接外排",
        "preconditions": ["有场地"],
        "not_suitable": ["已停产"],
    },
    "effects": [],
    "side_effects": "none_known",
    "cost_class": {"class": "高费", "reason": "需新增风机"},
    "maturity": {"trl": 9, "stage": "推广"},
    "hazards": ["高温灼烫"],
    "sources": [{"doc": "cq-cp-2022", "place": "专栏1", "term": "烧结烟气内循环"}],
}


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory):
    """Keep everything the program writes inside the test session."""
    folder = tmp_path_factory.mktemp("home")
    before = os.environ.get("QINGYUAN_HOME")
    os.environ["QINGYUAN_HOME"] = str(folder)
    yield folder
    if before is None:
        del os.environ["QINGYUAN_HOME"]
    else:
        os.environ["QINGYUAN_HOME"] = before


@pytest.fixture
def record():
    """A minimal valid record as YAML data, free to be changed."""
    return copy.deepcopy(MINIMAL)


@pytest.fixture
def data_dir(tmp_path):
    """A data folder with the real vocabularies and policy register and no record."""
    folder = tmp_path / "data"
    (folder / "technologies").mkdir(parents=True)
    for name in ("codes", "policy"):
        (folder / name).symlink_to(ROOT / "data" / name, target_is_directory=True)
    return folder


@pytest.fixture
def write_record(data_dir):
    """Write a record into the data folder, under the name of its id."""

    def write(data, name=None):
        path = data_dir / "technologies" / f"{name or data['id']}.yaml"
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def catalog():
    from catalog import load_catalog

    return load_catalog()


@pytest.fixture(scope="session")
def engine(catalog):
    from recommender import RecommenderEngine

    return RecommenderEngine.open(catalog)
