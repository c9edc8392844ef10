import io

import openpyxl
import pytest

from catalog import Catalog
from catalog.schema import Listing
from recommender.audit.project import AuditProject
from recommender.demand import policy_table as table
from recommender.demand.policy_table import green_factory, policy_places

EIGHT = [
    "energy_carbon_equipment", "industrial_water_saving", "resource_utilisation", "environmental_equipment",
    "green_technology", "low_carbon_technology", "pollution_control", "industrial_structure",
]  # fmt: skip


def listing(catalogue="green_technology", class_="promoted", **values):
    content = {"catalogue": catalogue, "edition": "2024", "class": class_, "document_number": "甲〔2024〕1号"}
    return Listing.model_validate({**content, "item": "12", **values})


@pytest.fixture
def listed(catalog):
    """Return a catalogue in which only the given numbers have the given listings."""

    def make(listings, merged=None):
        records = [
            t.model_copy(
                update={
                    "listed_in": listings.get(t.id, []),
                    "merged_ids": (merged or {}).get(t.id, []),
                }
            )
            for t in catalog.technologies
        ]
        return Catalog(records, catalog.codes, catalog.policy, "listed", catalog.usage)

    return make


# what carries a document out


def test_every_term_stands_in_one_place_and_counts_agree(catalog):
    places = policy_places(catalog)
    assert sum(place.terms for place in places) == len(catalog.policy.terms)
    coverage = catalog.policy.coverage(catalog.technologies)
    assert sum(place.covered for place in places) == sum(bool(row.record_ids) for row in coverage)
    assert len({(place.doc, place.place) for place in places}) == len(places)


def test_a_special_column_lists_who_cites_its_terms(catalog):
    place = next(p for p in policy_places(catalog) if (p.doc, p.place) == ("cq-cp-2022", "专栏1"))
    terms = {t.reading for t in catalog.policy.terms if (t.doc, t.place) == ("cq-cp-2022", "专栏1")}
    citing = {
        t.id
        for t in catalog.technologies
        for s in t.sources
        if s.doc == "cq-cp-2022" and (s.reads_as or s.term) in terms
    }
    assert set(place.technology_ids) == citing and place.is_column
    columns = policy_places(catalog, columns_only=True)
    assert place in columns and all(p.place.startswith("专栏") for p in columns)


# what counts for a green factory


def test_the_count_equals_the_cited_items_and_uncited_ones_do_not_count(listed):
    catalog = listed(
        {
            "CPT-0001": [listing()],
            "CPT-0002": [listing("pollution_control", "demonstrated", item="7")],
            "CPT-0003": [],
        }
    )
    found = green_factory(["CPT-0001", "CPT-0002", "CPT-0003"], catalog)
    assert found.count == len(found.proofs) == 2
    assert [(p.technology_id, p.edition, p.document_number, p.item) for p in found.proofs] == [
        ("CPT-0001", "2024", "甲〔2024〕1号", "12"), ("CPT-0002", "2024", "甲〔2024〕1号", "7"),
    ]  # fmt: skip
    assert [p.catalogue for p in found.proofs] == ["绿色技术推广目录", "国家污染防治技术指导目录"]
    (warning,) = found.warnings
    assert "CPT-0003" in warning and "未列入" in warning and "\n" not in warning


@pytest.mark.parametrize("catalogue", EIGHT)
def test_each_of_the_eight_counts_with_a_positive_class_only(listed, catalogue):
    for class_, wanted in (
        ("encouraged", 1), ("promoted", 1), ("demonstrated", 1), ("restricted", 0), ("eliminated", 0),
    ):  # fmt: skip
        found = green_factory(["CPT-0001"], listed({"CPT-0001": [listing(catalogue, class_)]}))
        assert found.count == wanted, class_
        assert len(found.warnings) == (0 if wanted else 2)


@pytest.mark.parametrize("catalogue", ["cleaner_production", "cleaner_production_promotion"])
def test_other_catalogues_do_not_count_and_are_named(listed, catalogue):
    found = green_factory(["CPT-0001"], listed({"CPT-0001": [listing(catalogue)]}))
    assert found.count == 0
    assert "清洁生产" in found.warnings[0] and "8个目录" in found.warnings[0]


def test_a_technology_in_two_catalogues_is_one_item(listed):
    catalog = listed({"CPT-0001": [listing("cleaner_production"), listing(), listing("pollution_control")]})
    found = green_factory(["CPT-0001", "CPT-0001"], catalog)
    assert found.count == 1
    assert found.proofs[0].catalogue == "绿色技术推广目录" and len(found.proofs[0].others) == 2


def test_a_merged_number_counts_with_its_successor(listed):
    catalog = listed({"CPT-0001": [listing()]}, merged={"CPT-0001": ["CPT-9998"]})
    assert green_factory(["CPT-9998", "CPT-0001"], catalog).count == 1


def test_gaps_of_a_proof_and_unknown_numbers_are_named(listed):
    catalog = listed({"CPT-0001": [listing(document_number="unknown", item="unknown")]})
    found = green_factory(["CPT-0001", "CPT-9999"], catalog)
    assert (found.proofs[0].document_number, found.proofs[0].item) == ("未提供", "未提供")
    assert any("文号、目录序号" in line for line in found.warnings)
    assert any("CPT-9999" in line for line in found.warnings)
    assert found.count == 1


def test_a_restricted_listing_beside_a_positive_one_is_told(listed):
    catalog = listed({"CPT-0001": [listing(), listing("industrial_structure", "restricted")]})
    found = green_factory(["CPT-0001"], catalog)
    assert found.count == 1 and "限制" in found.warnings[0]


def project(*options):
    rows = [{"id": f"F{n}", "name": f"方案{n}", **values} for n, values in enumerate(options, 1)]
    return AuditProject.model_validate({"profile": {"name": "甲厂"}, "options": rows})


def test_the_technologies_of_a_project_are_its_live_options():
    found = project(
        {"technology_id": "CPT-0001", "state": "completed"},
        {"technology_id": "CPT-0002"},
        {"technology_id": "CPT-0003", "outcome": "not_feasible", "rejection": "space"},
        {"technology_id": "CPT-0004", "state": "abandoned"},
        {"technology_id": None},
    )
    assert table.project_technologies(found) == ("CPT-0001", "CPT-0002")
    assert table.project_technologies(found, completed_only=True) == ("CPT-0001",)


def test_the_workbook_holds_proofs_warnings_and_places(listed):
    catalog = listed({"CPT-0001": [listing()]})
    found = green_factory(["CPT-0001", "CPT-0002"], catalog)
    content = table.policy_xlsx(catalog, found)
    assert content == table.policy_xlsx(catalog, found)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["绿色工厂采用技术"]
    assert [cell.value for cell in sheet[1]] == table.PROOF_HEADER
    text = "\n".join(str(v) for row in sheet.iter_rows(values_only=True) for v in row if v)
    assert "计入项数：1" in text and "CPT-0002" in text
    assert len(list(book["政策落实"].iter_rows(min_row=2))) == len(policy_places(catalog))


def test_the_command_counts_what_is_done_and_what_is_planned(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from catalog.errors import BadInput
    from catalog.store import NotFound, Store
    from recommender.audit.repository import ProjectRepository
    from recommender.demand.cli import app

    monkeypatch.setenv("QINGYUAN_DATABASE", f"sqlite:///{tmp_path / 'cli.db'}")
    ProjectRepository(Store.open()).create(project({"technology_id": "CPT-0001"}), id="p1")
    done = CliRunner().invoke(app, ["green-factory", "p1", "-o", str(tmp_path / "a.xlsx")])
    assert done.exit_code == 0, done.output
    assert "计入 0 项" in done.output and "CPT-0001" in done.output and (tmp_path / "a.xlsx").exists()
    assert isinstance(CliRunner().invoke(app, ["green-factory", "p2"]).exception, NotFound)
    wrong = CliRunner().invoke(app, ["green-factory", "p1", "-o", str(tmp_path / "a.pdf")])
    assert isinstance(wrong.exception, BadInput)
