"""The two worked examples: complete, consistent, and honest about what is made up."""

import csv
import io
import re
from collections import defaultdict

import pytest
import yaml

from catalog.convert import convert
from catalog.paths import DATA_DIR
from recommender.audit.project import AuditProject, Figure, Part, YearlyItem, parsed
from recommender.audit.valuation import LOW_COST, value_all, value_option

NAMES = ("plating", "steel")
COLUMNS = ["序号", "工序", "问题描述", "责任部门", "责任人", "整改期限"]
LINES = {"plating": 50, "steel": 30}
FEWEST_OPTIONS = {"plating": 14, "steel": 12}
MADE_UP = "示例取值"
WORKED_EXAMPLE = "m.qiqiwenku.com/doc/115891.html"
RUN = 12
PUBLISHED = {"literature", "case"}


def rows(name):
    text = (DATA_DIR / "demo" / name / "problems.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def loaded(name):
    content = yaml.load(  # the safe loader, in C
        (DATA_DIR / "demo" / name / "project.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    problems = [
        {"id": f"P{line}", "number": row["序号"], "process": row["工序"], "text": row["问题描述"]}
        for line, row in enumerate(rows(name), start=1)
    ]
    return parsed(AuditProject, {**content, "problems": problems}, where=name)


@pytest.fixture(scope="module")
def projects():
    return {name: loaded(name) for name in NAMES}


@pytest.fixture(params=NAMES)
def project(request, projects):
    return projects[request.param]


def record(technology_id):
    path = DATA_DIR / "technologies" / f"{technology_id}.yaml"
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def parts(node, place=""):
    """Every figure and yearly row below ``node``, with the way to it."""
    if isinstance(node, Figure | YearlyItem):
        yield place, node
    elif isinstance(node, Part):
        for name in type(node).model_fields:
            yield from parts(getattr(node, name), f"{place}.{name}")
    elif isinstance(node, tuple):
        for number, one in enumerate(node):
            yield from parts(one, f"{place}[{number}]")


# --- the lists ---


@pytest.mark.parametrize("name", NAMES)
def test_the_problem_list_is_complete_and_numbered(name):
    table = rows(name)
    assert list(table[0]) == COLUMNS
    assert [row["序号"] for row in table] == [str(n) for n in range(1, LINES[name] + 1)]
    assert all(all(value and value == value.strip() for value in row.values()) for row in table)
    assert len({row["问题描述"] for row in table}) == len(table)
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", row["整改期限"]) for row in table)


def squeezed(text):
    return re.sub(r"\s+", "", text)


def shared_runs(text, corpus):
    """Runs of RUN characters of ``text`` that ``corpus`` holds too, blanks left out."""
    text = squeezed(text)
    return [text[n : n + RUN] for n in range(len(text) - RUN + 1) if text[n : n + RUN] in corpus]


@pytest.mark.parametrize("name", NAMES)
def test_no_problem_repeats_a_judged_query_a_record_or_a_usage_statement(name):
    paths = [DATA_DIR / "judgements" / "queries.yaml", *sorted((DATA_DIR / "usage").glob("*.csv"))]
    paths += sorted((DATA_DIR / "technologies").glob("*.yaml"))
    corpus = "\n".join(squeezed(path.read_text(encoding="utf-8")) for path in paths)
    assert len(corpus) > 100_000
    assert [run for row in rows(name) for run in shared_runs(row["问题描述"], corpus)] == []


def test_a_shared_run_is_found():
    run = "甲乙丙丁戊己庚辛壬癸子丑"
    assert shared_runs("甲乙丙 丁戊己庚辛壬癸子丑", f"前{run}后") == [run]
    assert shared_runs(run[:-1], f"前{run}后") == []


# --- the projects ---


@pytest.mark.parametrize("name", NAMES)
def test_counts(projects, name):
    project = projects[name]
    assert project.is_example
    assert "示例" in project.profile.name
    assert len(project.problems) == LINES[name]
    assert len(project.options) >= FEWEST_OPTIONS[name]
    assert project.matches == ()
    assert project.base_year == 2025
    assert all(set(row.amounts) == {2023, 2024, 2025} for row in project.years)


def test_industries_are_codes_of_the_table(projects):
    codes = (DATA_DIR / "codes" / "industries.csv").read_text(encoding="utf-8")
    assert {name: project.profile.industry for name, project in projects.items()} == {
        "plating": "3360", "steel": "3110",
    }  # fmt: skip
    assert all(re.search(rf"^{p.profile.industry},", codes, re.M) for p in projects.values())


def test_technologies_exist_and_stand_once(project):
    ids = [option.technology_id for option in project.options if option.technology_id]
    assert len(ids) >= 10
    assert len(set(ids)) == len(ids)
    assert [i for i in ids if not (DATA_DIR / "technologies" / f"{i}.yaml").exists()] == []


def test_every_option_answers_a_problem_and_names_who_does_it(project):
    assert all(option.problem_ids and option.department and option.person for option in project.options)
    assert all(option.content for option in project.options)


# --- what is made up and what is published ---


def test_every_figure_has_a_source_and_is_made_up_or_published(project):
    found = list(parts(project))
    assert len(found) > 100
    for place, one in found:
        assert one.source, place
        assert one.evidence in {"example", *PUBLISHED}, place
        if one.evidence == "example":
            assert one.source.startswith(MADE_UP), place
        else:
            assert "示例" not in one.source, place


def test_a_published_figure_cites_a_publication_of_its_record_or_the_worked_example(project):
    seen = 0
    for option in project.options:
        for place, one in parts(option, option.id):
            if one.evidence in PUBLISHED:
                seen += 1
                known = [work["title"] for work in record(option.technology_id).get("publications") or []]
                assert any(title in one.source for title in (*known, WORKED_EXAMPLE)), place
    assert seen >= 2
    assert not [place for place, one in parts(project.profile) if one.evidence in PUBLISHED]


@pytest.mark.parametrize(
    ("name", "investment", "saving", "payback"),
    [
        # F = P - (P - I / 10) x 25 %: 15.03 - 11.863 x 0.25 = 12.06425; 28.20 - 20.818 x 0.25 = 22.9955
        ("冷凝水余热回收", 31.67, 15.03, 31.67 / 12.06425),
        ("电除尘仪表改造", 73.82, 28.20, 73.82 / 22.9955),
    ],
)
def test_the_published_worked_examples_stand_in_the_steel_project(
    projects, name, investment, saving, payback
):
    project = projects["steel"]
    (option,) = [option for option in project.options if option.name == name]
    figures = [option.investment, *(line.figure for line in option.money)]
    assert all(one.evidence == "case" and WORKED_EXAMPLE in one.source for one in figures)
    value = value_option(project, option)
    assert option.investment.value == investment
    assert value.annual_saving_wan_yuan == pytest.approx(saving, abs=1e-9)
    assert value.economics.payback_years == pytest.approx(payback, abs=1e-6)
    assert option.effects == ()  # the report printed none, and none is invented


# --- the figures fit together ---


def test_every_option_can_be_valued_and_some_say_what_is_missing(projects):
    missing = {}
    for name, project in projects.items():
        found = value_all(project)
        assert len(found) == len(project.options)
        missing |= {(name, id): value.missing for id, value in found.items() if value.missing}
    assert missing == {
        ("plating", "F18"): ("投资",),
        ("plating", "F24"): ("低温除油剂价格",),
        ("steel", "F9"): ("投资",),
    }
    steel = projects["steel"]
    assert value_option(steel, steel.option("F17")).tce.missing == ("高炉煤气",)
    plating = projects["plating"]
    assert any("铬酐" in note for note in value_option(plating, plating.option("F1")).notes)


def test_savings_of_all_options_together_stay_below_the_baseline(project):
    total = defaultdict(float)
    for option in project.options:
        for effect in option.effects:
            if effect.figure.value > 0:
                row = project.baseline(effect.kind, effect.item)
                assert row is not None, (option.id, effect.label)
                best = effect.figure.value if effect.figure.high is None else effect.figure.high
                total[effect.kind, effect.item] += convert(best, effect.figure.unit, row.unit)
    assert len(total) >= 5
    assert {key: amount for key, amount in total.items() if amount > project.baseline_amount(*key)} == {}


def test_measured_results_stay_near_what_was_expected(project):
    for option in project.options:
        if option.actual is None:
            continue
        expected = {(e.kind, e.item): e.figure.value for e in option.effects}
        follow_ups = [e for one in option.follow_ups for e in one.effects]
        for effect in (*option.actual.effects, *follow_ups):
            share = effect.figure.value / expected[effect.kind, effect.item]
            assert 0.8 <= share <= 1.1, (option.id, effect.label)
        saving = value_option(project, option).annual_saving_wan_yuan
        assert 0.8 <= option.actual.saving_wan_yuan / saving <= 1.05, option.id


def test_nothing_is_discharged_that_was_not_generated(project):
    pairs = 0
    for row in project.years:
        generated = project.baseline("generated", row.item)
        if row.kind != "discharged" or generated is None:
            continue
        pairs += 1
        for year, amount in row.amounts.items():
            assert convert(amount, row.unit, generated.unit) <= generated.amounts[year], (row.label, year)
    assert pairs >= 4


def test_the_water_of_the_plating_shop_balances(projects):
    project = projects["plating"]
    generated, discharged, reused = (
        project.baseline(kind, item).amounts
        for kind, item in (
            ("generated", "wastewater"),
            ("discharged", "wastewater"),
            ("water", "reclaimed_water"),
        )
    )
    for year in (2023, 2024, 2025):
        assert generated[year] - reused[year] == discharged[year]


def test_targets_begin_at_the_baseline_and_improve(project):
    measured = 0
    for target in project.targets:
        steps = [target.current, target.near, target.far]
        assert steps == sorted(steps, reverse=not target.higher_is_better), target.indicator
        assert project.base_year < target.near_year < target.far_year
        if not target.item:
            continue
        kinds = ("energy", "water", "material", "discharged", "generated")
        row = next(r for kind in kinds if (r := project.baseline(kind, target.item)))
        amount = row.amounts[project.base_year] / (project.output if target.per_unit else 1)
        assert target.current == pytest.approx(amount, rel=0.005), target.indicator
        measured += 1
    assert measured >= 3


# --- what the examples are there to show ---


def test_prices_say_with_or_without_tax_and_have_ranges(project):
    prices = project.profile.prices
    assert {price.tax for price in prices} == {"included", "excluded"}
    assert any(price.tax == "included" and price.vat_rate is None for price in prices)
    assert len({price.item for price in prices}) == len(prices)
    assert sum(price.figure.low is not None for price in prices) >= 5
    ranged = [o.id for o in project.options if o.investment and o.investment.low is not None]
    assert len(ranged) >= 8
    assert sum(e.figure.low is not None for o in project.options for e in o.effects) >= 10


def test_low_cost_options_are_done_and_the_others_assessed(project):
    values = value_all(project)
    done = [o for o in project.options if values[o.id].cost_class in LOW_COST and o.outcome != "undecided"]
    assert len(done) >= 5
    assert all(o.outcome == "feasible_low_cost" and o.state == "completed" and o.actual for o in done)
    others = [o for o in project.options if values[o.id].cost_class in ("medium_cost", "high_cost")]
    assert {"medium_cost", "high_cost"} <= {values[o.id].cost_class for o in others}
    assert all(o.assessment.fit and o.assessment.environment for o in others)
    assert all(o.schedule.start and o.schedule.days for o in others if o.outcome == "preliminary_high_cost")
    assert any(o.follow_ups for o in project.options)


def test_one_option_is_rejected_with_a_code_and_a_failed_comparison(project):
    rejected = [o for o in project.options if o.outcome == "not_feasible"]
    assert rejected
    assert all(o.rejection and o.outcome_reason and not o.comparison.passed for o in rejected)


def test_options_compete_in_rated_groups(project):
    groups = defaultdict(list)
    for option in project.options:
        if option.group:
            groups[option.group].append(option)
    assert groups
    assert all(len(group) >= 2 and all(o.ratings for o in group) for group in groups.values())


def test_conflicts_are_mutual_and_one_option_needs_another(project):
    conflicts = [(o.id, other) for o in project.options for other in o.conflicts_with]
    assert conflicts
    assert all((other, id) in conflicts for id, other in conflicts)
    assert any(option.requires for option in project.options)


@pytest.mark.parametrize(("name", "stream", "share"), [("plating", "S1", 2.2), ("steel", "S1", 1.3)])
def test_claims_on_one_stream_exceed_it(projects, name, stream, share):
    claims = [c for option in projects[name].options for c in option.claims if c.stream == stream]
    assert sum(claim.share for claim in claims) == pytest.approx(share)


def test_unwanted_effects_stand_beside_the_wanted_ones(project):
    both = [
        o.id for o in project.options
        if any(e.figure.value < 0 for e in o.effects) and any(e.figure.value > 0 for e in o.effects)
    ]  # fmt: skip
    assert len(both) >= 2
