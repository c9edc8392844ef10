"""The trade-off ledger: what gets worse stands beside what gets better, never behind it."""

import pytest

from catalog.errors import BadInput
from recommender.audit.ledger import ledger, side_effects, side_effects_unstated
from recommender.audit.project import AuditProject


def effect(item, value, unit, *, kind="energy", label=None, source="", **figure):
    return {
        "kind": kind,
        "item": item,
        "label": label or item,
        "figure": {"value": value, "unit": unit, "source": source, **figure},
    }


def project(*options, years=(), **profile):
    made = [
        {"id": f"F{number}", "name": f"方案{number}", **content}
        for number, content in enumerate(options, start=1)
    ]
    return AuditProject.model_validate(
        {"profile": {"name": "某厂", **profile}, "years": list(years), "options": made}
    )


SCR = {
    "name": "SCR 脱硝",
    "effects": [
        effect("nox", 120, "t", kind="discharged", label="氮氧化物", source="监测报告"),
        effect("ammonia", -2, "t", kind="discharged", label="氨逃逸", source="设计书"),
        effect("electricity", -30, "万kWh", label="电力", source="设计书", evidence="estimate"),
    ],
}
MOTORS = {"name": "高效电机", "effects": [effect("electricity", 500_000, "kWh", label="电力", source="铭牌")]}


def test_deteriorations_stand_beside_improvements_and_come_first():
    rows = ledger(project(SCR, MOTORS), ["F1", "F2"])
    assert [(row.kind, row.item) for row in rows] == [
        ("discharged", "ammonia"), ("energy", "electricity"), ("discharged", "nox"),
    ]  # fmt: skip
    ammonia, power, nox = rows
    assert (ammonia.improvement, ammonia.deterioration, ammonia.net) == (0, -2, -2)
    assert (ammonia.improving, ammonia.deteriorating) == ((), ("F1",))
    assert (nox.improvement, nox.deterioration, nox.net) == (120, 0, 120)
    assert (nox.improving, nox.deteriorating, nox.estimated) == (("F1",), (), False)
    assert power.unit == "kWh"
    assert (power.improvement, power.deterioration, power.net) == pytest.approx((5e5, -3e5, 2e5))
    assert (power.improving, power.deteriorating) == (("F2",), ("F1",))
    assert power.sources == ("设计书", "铭牌")
    assert power.estimated


def test_energy_is_told_in_coal_and_carbon_with_the_factors_used():
    power = ledger(project(MOTORS, region="重庆", factor_year=2023), ["F1"])[0]
    assert power.tce.value == pytest.approx(500_000 * 0.1229 / 1000)
    assert power.co2.value == pytest.approx(500_000 * 0.5581 / 1000)
    assert "0.1229" in power.tce.rows[0] and "重庆 2023" in power.co2.rows[0]
    assert all(row.tce is None for row in ledger(project(SCR), ["F1"]) if row.kind != "energy")


def test_an_energy_carrier_without_factor_is_named_and_not_zero():
    row = ledger(project({"effects": [effect("hydrogen", 3, "t", label="氢气")]}), ["F1"])[0]
    assert (row.tce.value, row.tce.missing) == (None, ("氢气",))
    assert (row.co2.value, row.co2.missing) == (None, ("氢气",))


def test_amounts_are_those_of_the_options_together_in_the_unit_of_the_yearly_data():
    # 40 of 100 万kWh, then 50 % of the 60 left
    years = [
        {"kind": "energy", "item": "electricity", "label": "电", "unit": "万kWh", "amounts": {2025: 100}}
    ]
    saves = [{"effects": [effect("electricity", kwh, "kWh")]} for kwh in (400_000, 500_000)]
    row = ledger(project(*saves, years=years), ["F2", "F1"])[0]
    assert (row.unit, row.improvement) == ("万kWh", pytest.approx(70))


def test_water_counted_in_tonnes_and_cubic_metres_is_added_up():
    effects = [
        effect("fresh_water", 1000, "t", kind="water"),
        effect("fresh_water", -0.02, "万m³", kind="water"),
    ]
    (row,) = ledger(project({"effects": effects}), ["F1"])
    assert (row.unit, row.improvement, row.deterioration, row.net) == ("m³", 1000, -200, 800)


def test_an_item_of_one_s_own_keeps_the_unit_it_was_given_in():
    effects = [effect("镍", 2, "t", kind="material"), effect("镍", -500, "kg", kind="material")]
    (row,) = ledger(project({"effects": effects}), ["F1"])
    assert (row.unit, row.net) == ("t", 1.5)


def test_units_that_cannot_be_added_name_the_option():
    made = [{"effects": [effect("镍", 2, unit, kind="material", label="镍盐")]} for unit in ("t", "kWh")]
    with pytest.raises(BadInput, match=r"方案 F2 方案2：镍盐：单位“kWh”不能换算为“t”"):
        ledger(project(*made), ["F1", "F2"])


def test_more_output_is_better_and_less_is_worse():
    made = [{"effects": [effect("钢", value, "t", kind="product")]} for value in (-50, 20)]
    built = project(*made)
    (row,) = ledger(built, ["F1", "F2"])
    assert (row.improvement, row.deterioration, row.net) == (50, -20, 30)
    assert (row.improving, row.deteriorating) == (("F1",), ("F2",))
    assert [len(side_effects(one)) for one in built.options] == [0, 1]


def test_generated_and_discharged_are_rows_of_their_own():
    made = {
        "effects": [effect("cod", n, "t", kind=kind) for n, kind in ((9, "generated"), (3, "discharged"))]
    }
    assert [row.kind for row in ledger(project(made), ["F1"])] == ["generated", "discharged"]


def test_no_options_no_rows():
    assert ledger(project(MOTORS), []) == ()


# --- side effects the record lists ---


@pytest.fixture(scope="module")
def with_side_effect(catalog):
    return next(t for t in catalog.technologies if any(e.sign == "negative" for e in t.effects))


@pytest.fixture(scope="module")
def without_side_effect(catalog):
    return next(t for t in catalog.technologies if not any(e.sign == "negative" for e in t.effects))


def test_a_record_with_a_negative_effect_never_shows_only_positives(catalog, with_side_effect):
    metric = next(e.metric for e in with_side_effect.effects if e.sign == "negative")
    built = project({**MOTORS, "technology_id": with_side_effect.id})
    (line,) = side_effects_unstated(built, catalog, ["F1"])
    assert line.startswith(f"方案 F1 高效电机：目录 {with_side_effect.id} 记载副作用")
    assert f"“{metric}”" in line and "\n" not in line


def test_an_option_that_states_its_bad_side_is_left_alone(catalog, with_side_effect, without_side_effect):
    built = project(
        {**SCR, "technology_id": with_side_effect.id},
        {**MOTORS, "technology_id": without_side_effect.id},
        MOTORS,
    )
    assert side_effects_unstated(built, catalog, ["F1", "F2", "F3"]) == ()


def test_every_record_of_the_catalogue_with_a_negative_effect_is_told(catalog):
    ids = [technology.id for technology in catalog.technologies]
    built = project(*({**MOTORS, "technology_id": id} for id in ids))
    lines = side_effects_unstated(built, catalog, [option.id for option in built.options])
    expected = [t.id for t in catalog.technologies if any(e.sign == "negative" for e in t.effects)]
    assert len(expected) > 100
    assert [line.split("目录 ")[1].split()[0] for line in lines] == expected


def test_a_technology_that_left_the_catalogue_is_told(catalog):
    built = project({**MOTORS, "technology_id": "CPT-9999"})
    assert side_effects_unstated(built, catalog, ["F1"]) == (
        "方案 F1 高效电机：技术 CPT-9999 不在目录中，副作用无法核对",
    )
