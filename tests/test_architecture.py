"""The house: imports run one way, and nothing heavy loads before it is needed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {
    "catalog": {"catalog"},
    "embeddings": {"catalog", "embeddings"},
    "recommender": {"catalog", "embeddings", "recommender"},
}


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_run_from_recommender_to_embeddings_to_catalog(package):
    for path in (ROOT / package).rglob("*.py"):
        for module in imported_modules(path):
            top = module.split(".")[0]
            assert top not in ALLOWED or top in ALLOWED[package], f"{path} imports {module}"


def test_only_the_app_and_its_screens_know_streamlit():
    for package in ALLOWED:
        for path in (ROOT / package).rglob("*.py"):
            if (ROOT / "recommender" / "ui") in path.parents:
                continue
            tops = {module.split(".")[0] for module in imported_modules(path)}
            assert "streamlit" not in tops, path


def test_no_module_outside_the_tests_imports_them_or_the_shared_folder():
    for path in [*ROOT.glob("*.py"), *(p for n in ALLOWED for p in (ROOT / n).rglob("*.py"))]:
        assert "../shared" not in path.read_text(encoding="utf-8"), path


def test_a_match_loads_neither_torch_nor_sentence_transformers(engine):
    code = (
        "import sys\n"
        "from recommender import Query, RecommenderEngine\n"
        "RecommenderEngine.open().match(Query('烧结机头烟气直接排放', '钢铁'))\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'pandas', 'streamlit'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_output_is_utf8_on_a_pipe_with_another_locale():
    done = subprocess.run(
        [sys.executable, "-m", "catalog", "validate"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        env={**__import__("os").environ, "PYTHONIOENCODING": "gbk"},
    )
    assert "条记录" in done.stdout.decode("utf-8")
