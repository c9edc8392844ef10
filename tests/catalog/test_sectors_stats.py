from typer.testing import CliRunner

from catalog.cli import app
from catalog.sectors import load_sectors
from catalog.stats import has_published_effect, known_shares, recommendable_of


def test_every_sector_and_system_is_as_deep_as_it_must_be(catalog):
    shallow = {
        sector.label: len(recommendable_of(catalog, sector))
        for sector in load_sectors(catalog.codes)
        if len(recommendable_of(catalog, sector)) < sector.minimum
    }
    assert shallow == {}


def test_enough_records_carry_published_effects_and_windows(catalog):
    assert sum(has_published_effect(t) for t in catalog.technologies) >= 160
    assert sum(bool(t.applicability.operating_window) for t in catalog.technologies) >= 120


def test_every_record_is_complete(catalog):
    for t in catalog.technologies:
        assert len(t.problems) >= 8, t.id
        assert len(t.terms) >= 15, t.id
        assert t.hazards and t.audit_aspects and t.media, t.id
        assert t.applicability.preconditions, t.id
        assert len(t.applicability.not_suitable) >= 2, t.id


def test_stats_prints_tables_that_agree_with_the_catalogue(catalog):
    result = CliRunner().invoke(app, ["stats"])
    assert result.exit_code == 0
    assert f"| 记录 | {len(catalog)} |" in result.stdout
    for title, text in known_shares(catalog.technologies):
        assert f"| {title} | {text} |" in result.stdout


def test_an_estimated_window_is_marked(catalog):
    from catalog.display import operating_window

    estimated = [
        w for t in catalog.technologies for w in t.applicability.operating_window if w.evidence == "estimate"
    ]
    assert estimated
    assert all("工程估计" in operating_window(w) for w in estimated)
