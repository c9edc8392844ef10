import re
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared" / "policy"
FILES = {
    "cq-cp-2022": "001_*.txt",
    "cn-cp-2021": "002_*.txt",
    "cq-mfg-2024": "003_*.txt",
    "cq-green-2021": "004_*.txt",
}


@pytest.fixture(scope="module")
def texts():
    if not SHARED.is_dir():
        pytest.skip("the official texts are not part of the repository")
    return {
        doc: re.sub(r"\s", "", next(SHARED.glob(pattern)).read_text(encoding="utf-8"))
        for doc, pattern in FILES.items()
    }


def columns(text):
    """Return the text of each special column, up to the next heading of the document."""
    parts = re.split(r"(专栏[0-9]+)", text)
    found = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        found[name] = found.get(name, "") + body
    return found


def test_every_named_term_stands_in_its_document_and_column(catalog, texts):
    for term in catalog.policy.terms:
        text = texts[term.doc]
        part = columns(text)[term.place] if term.place.startswith("专栏") else text
        assert re.sub(r"\s", "", term.term) in part, term


def test_every_cited_term_stands_in_its_document(catalog, texts):
    missing = [
        (t.id, s.doc, s.term)
        for t in catalog.technologies
        for s in t.sources
        if re.sub(r"\s", "", s.term) not in texts[s.doc]
    ]
    assert missing == []


def test_every_named_term_has_a_record(catalog):
    rows = catalog.policy.coverage(catalog.technologies)
    assert [row.term.reading for row in rows if not row.record_ids] == []
    assert sum(row.term.scope == "industry" for row in rows) >= 68
    assert len(rows) >= 600


def test_both_cleaner_production_plans_are_shown_as_past_their_period(catalog):
    for doc in ("cq-cp-2022", "cn-cp-2021"):
        document = catalog.policy.documents[doc]
        assert document.planning_period == [2021, 2025]
        assert document.state == "期满"
