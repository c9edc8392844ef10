import re

import openpyxl
import pytest

from catalog.display import counts_for_green_factory, listing
from catalog.export import to_xlsx
from catalog.schema import Listing
from catalog.sectors import load_sectors
from catalog.site import page_of, write_site


@pytest.fixture(scope="module")
def site(tmp_path_factory, catalog):
    folder = tmp_path_factory.mktemp("site")
    write_site(catalog, load_sectors(catalog.codes), folder)
    return folder


def test_every_record_has_a_page_and_stands_in_the_index(site, catalog):
    index = (site / "index.html").read_text(encoding="utf-8")
    for technology in catalog.technologies:
        assert (site / "t" / f"{technology.id}.html").is_file()
        assert f'href="t/{technology.id}.html"' in index


def test_no_page_asks_for_anything_from_elsewhere(site):
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text), path.name


def test_all_links_of_the_pages_lead_somewhere(site):
    for path in site.rglob("*.html"):
        for target in re.findall(r'href="([^"#]+)"', path.read_text(encoding="utf-8")):
            assert (path.parent / target).resolve().is_file(), (path.name, target)


def test_a_page_shows_conditions_sources_and_marks_of_evidence(catalog):
    page = page_of(catalog["CPT-0002"], catalog)
    titles = {title for title, lines in page["lists"] if lines}
    assert {"工艺路线", "不适用情形", "政策出处", "效果"} <= titles


def test_the_workbook_has_a_sheet_a_sector_and_says_what_is_unknown(tmp_path, catalog):
    path = tmp_path / "all.xlsx"
    path.write_bytes(to_xlsx(catalog, sectors=load_sectors(catalog.codes)))
    book = openpyxl.load_workbook(path, read_only=True)
    assert book.sheetnames[0] == "技术目录"
    assert {"印染", "电镀", "空压"} <= set(book.sheetnames)
    assert book["印染"].max_column < book["技术目录"].max_column
    assert book.sheetnames[-1] == "已知与未知"


@pytest.mark.parametrize(
    ("catalogue", "class_", "counts"),
    [
        ("green_technology", "promoted", True),
        ("pollution_control", "restricted", False),
        ("cleaner_production", "promoted", False),
    ],
)
def test_only_praise_in_one_of_the_eight_catalogues_counts(catalog, catalogue, class_, counts):
    entry = Listing.model_validate({"catalogue": catalogue, "edition": "2024版", "class": class_})
    assert counts_for_green_factory(entry, catalog.codes) is counts
    assert ("绿色工厂" in listing(entry, catalog.codes)) is counts


def test_the_eight_catalogues_are_a_vocabulary(catalog):
    counted = [row for row in catalog.codes["catalogues"] if row.standard == "green_factory"]
    assert len(counted) == 8
