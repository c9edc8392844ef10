import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import SHIPPED_MODEL, StaticEncoder
from embeddings.index import dense_manifest, open_index
from embeddings.manifest import is_complete
from embeddings.segment import Segmenter

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def parts(catalog):
    segmenter = Segmenter.for_catalog(catalog)
    return catalog, segmenter, StaticEncoder(SHIPPED_MODEL, segmenter)


def test_search_equals_brute_force(parts, tmp_path):
    catalog, segmenter, encoder = parts
    index = open_index(tmp_path, catalog, segmenter, encoder)
    passages = encoder.encode_documents([p.text for p in index.passages])
    queries = encoder.encode_queries(["烧结烟气余热", "秸秆焚烧", "玻璃窑氮氧化物"])
    for found, cosines in zip(index.search(queries, k=10), queries @ passages.T, strict=True):
        best = np.sort(cosines)[::-1][:10]
        np.testing.assert_allclose([score for _, score in found], best, atol=1e-5)
        np.testing.assert_allclose([cosines[row] for row, _ in found], best, atol=1e-5)


def test_a_filter_is_applied_before_the_cut(parts, tmp_path):
    catalog, segmenter, encoder = parts
    index = open_index(tmp_path, catalog, segmenter, encoder)
    allowed = np.array([3, 5, 8], dtype=np.int64)
    query = encoder.encode_queries(["烧结烟气余热"])
    found = index.search(query, k=10, allowed=allowed)[0]
    assert sorted(row for row, _ in found) == [3, 5, 8]
    assert index.search(query, k=10, allowed=np.array([], dtype=np.int64)) == [[]]


def test_progress_runs_to_the_end_and_the_second_opening_builds_nothing(parts, tmp_path):
    calls = []
    open_index(tmp_path, *parts, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1][0] == calls[-1][1] > 0
    calls.clear()
    open_index(tmp_path, *parts, progress=lambda *call: calls.append(call))
    assert calls == []


@pytest.mark.parametrize("name", ["vectors.faiss", "passages.json", "manifest.json"])
def test_a_truncated_file_is_rebuilt_never_served(parts, tmp_path, name):
    index = open_index(tmp_path, *parts)
    count = len(index)
    path = index.folder / name
    path.write_bytes(path.read_bytes()[:100])
    assert not is_complete(index.folder, dense_manifest(*parts))
    assert len(open_index(tmp_path, *parts)) == count
    assert is_complete(index.folder, dense_manifest(*parts))


def test_a_manifest_of_other_data_is_stale(parts, tmp_path):
    index = open_index(tmp_path, *parts)
    path = index.folder / "manifest.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["manifest"]["catalogue"] = "other"
    path.write_text(json.dumps(stored), encoding="utf-8")
    assert not is_complete(index.folder, dense_manifest(*parts))


BUILD = """
import sys
from pathlib import Path
from catalog import load_catalog
from embeddings.encoder import SHIPPED_MODEL, StaticEncoder
from embeddings.index import open_index
from embeddings.segment import Segmenter

catalog = load_catalog()
segmenter = Segmenter.for_catalog(catalog)
encoder = StaticEncoder(SHIPPED_MODEL, segmenter)
encoder.encode_queries(["预热"])
sys.stdin.readline()
print(len(open_index(Path(sys.argv[1]), catalog, segmenter, encoder)))
"""


def test_two_processes_that_start_at_once_do_no_harm(tmp_path):
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", BUILD, str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)
    ]
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    counts = [int(worker.communicate(timeout=120)[0]) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert counts[0] == counts[1] > 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
