"""Numbers with units, and how they stand to the limits of a record."""

import pytest

from catalog.display import operating_window
from catalog.schema import OperatingWindow
from recommender import Query
from recommender.quantities import checks, find, limits, magnitudes


def only(text):
    (found,) = find(text)
    return found


def technology(catalog, parameter, low, high, unit):
    """A record with this one limit and no other."""
    base = catalog["CPT-0876"]
    window = base.applicability.operating_window[0]
    own = OperatingWindow(parameter=parameter, min=low, max=high, unit=unit, evidence=window.evidence)
    applicability = base.applicability.model_copy(update={"operating_window": [own]})
    return base.model_copy(update={"applicability": applicability, "resource_claims": []})


def state(catalog, text, parameter, low, high, unit):
    (check,) = checks(technology(catalog, parameter, low, high, unit), find(text))
    return check.state


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("烟气温度150℃", "temperature", 150),
        ("热水85摄氏度", "temperature", 85),
        ("废水COD 3g/L", "liquid_concentration", 3000),
        ("废水COD 3000mg/L", "liquid_concentration", 3000),
        ("VOCs浓度0.5g/m³", "gas_concentration", 500),
        ("VOCs浓度800 mg/Nm3", "gas_concentration", 800),
        ("粉尘浓度15g/m3", "gas_concentration", 15000),
        ("VOCs浓度500毫克/立方米", "gas_concentration", 500),
        ("烟气量3万m3/h", "flow", 30_000),
        ("排风量2.5万立方米每小时", "flow", 25_000),
        ("废气5万方/小时", "flow", 50_000),
        ("废水120m³/d", "flow", 5),
        ("废水2400吨/天", "mass_flow", 100),
        ("蒸汽压力800kPa", "pressure", 0.8),
        ("蒸汽10公斤压力", "pressure", 0.98),
        ("污泥含水率80%", "share", 80),
        ("电机12MW", "power", 12_000),
        ("TDS 2万mg/L", "liquid_concentration", 20_000),
    ],
)
def test_units_come_to_the_first_of_their_dimension(text, dimension, value):
    found = only(text)
    assert found.dimension == dimension
    assert found.low == found.high == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("烟气120~160℃", 120, 160),
        ("烟气150～200℃", 150, 200),
        ("烟气90—120℃", 90, 120),
        ("余热水60-70度", 60, 70),
        ("废水四十到六十度", 40, 60),
        ("水温三十至四十度", 30, 40),
        ("烟气200-150℃", 150, 200),
    ],
)
def test_a_range_has_two_ends_in_order(text, low, high):
    found = only(text)
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("两百度的烟气", 200),
        ("烟温十五度", 15),
        ("热水二十度", 20),
        ("热水八十五度", 85),
        ("烟气一百二十度", 120),
        ("烟温一百五六十度", 150),
        ("余热水七八十度", 70),
        ("窑尾烟气三百二十度", 320),
        ("炉子烟气一千二百度", 1200),
    ],
)
def test_chinese_numerals_are_read(text, value):
    assert only(text).low == value


@pytest.mark.parametrize(
    "text",
    [
        "一吨铝耗13500度电",
        "每月用电3万度",
        "水泵一个月300度电",
        "电价0.6元/度",
        "每度电多少钱",
        "废水站一年电耗20万度",
    ],
)
def test_kilowatt_hours_are_no_temperature(text):
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param(text, wrong)
        for text, wrong, reason in [
            ("烟气风机每天耗电300度", 300, "度 without 电 behind it is a temperature of the flue gas"),
            ("进水COD为1,200mg/L", 200, "the part before a thousands comma is dropped"),
            ("速冻库回风管道废气零下35度", 35, "零下 is not read: the sign is lost"),
        ]
    ],
)
def test_no_wrong_number_is_read(text, wrong):
    assert wrong not in {found.low for found in find(text)}


@pytest.mark.parametrize("text", ["烟气温度一百八十多度", "锅炉排烟150多度", "冲渣水八十几度"])
def test_a_rounded_number_is_read(text):
    assert find(text)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("窑尾烟气300℃", "gas"),
        ("循环水40℃", "water"),
        ("乏汽0.2MPa", "steam"),
        ("废水COD 500mg/L", "cod"),
        ("废水氨氮500mg/L", "ammonia"),
        ("浓水含盐量35g/L", "salt"),
        ("出来的5000Nm3/h废气", "gas"),
        ("屋面坡度30度", None),
    ],
)
def test_the_thing_measured_is_the_nearest_named(text, subject):
    assert only(text).subject == subject


def test_each_number_has_its_own_subject():
    found = {(quantity.low, quantity.subject) for quantity in find("窑尾烟气300℃、废水40℃")}
    assert found == {(300, "gas"), (40, "water")}


FLUE = ("烟气温度", 120, 400, "℃")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("烟气200℃直接排放", "met"),
        ("烟气120℃直接排放", "met"),
        ("烟气100-130℃直接排放", "met"),
        ("烟气60℃直接排放", "not_met"),
        ("烟气900℃直接排放", "not_met"),
        ("烟气直接排放", "missing"),
        ("废水60℃直接排放，烟气余热没有回收", "missing"),
        ("烟气含尘60mg/m3", "missing"),
        ("温度60℃", "missing"),
    ],
)
def test_a_limit_is_met_not_met_or_without_data(catalog, text, wanted):
    assert state(catalog, text, *FLUE) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"), [("有机废气VOCs浓度2g/m3", "not_met"), ("有机废气VOCs浓度0.3g/m3", "met")]
)
def test_grams_are_compared_with_milligrams(catalog, text, wanted):
    assert state(catalog, text, "有机废气浓度", None, 500, "mg/m³") == wanted


def test_a_limit_of_organics_in_gas_is_compared_with_vocs(catalog):
    record = catalog["CPT-0887"]
    assert "有机物浓度" in {window.parameter for window in record.applicability.operating_window}
    told = {check.parameter: check.state for check in checks(record, find("有机废气VOCs浓度8g/m3"))}
    assert told["有机物浓度"] == "not_met"


@pytest.mark.parametrize(("text", "wanted"), [("浓水TDS 8000mg/L", "not_met"), ("浓水TDS 35g/L", "met")])
def test_a_limit_open_above_has_a_floor(catalog, text, wanted):
    assert state(catalog, text, "进水含盐量", 10, None, "g/L") == wanted


@pytest.mark.parametrize("text", ["烟气80℃直接排放", "冷凝水80℃直接排放"])
def test_a_heat_source_may_be_gas_or_water(catalog, text):
    assert state(catalog, text, "热源温度", 60, 250, "℃") == "met"


def test_a_limit_in_a_unit_without_scale_is_not_shown(catalog):
    record = technology(catalog, "过滤风速", None, 1, "m/min")
    assert checks(record, find("烟气200℃")) == []


def test_streams_a_record_uses_are_limits_too(catalog):
    """Where no window of the site speaks of the same thing."""
    held = [t for t in catalog.recommendable if any(c.unit == "℃" for c in t.resource_claims)]
    assert held
    for record in held:
        told = limits(record)
        for claim in record.resource_claims:
            own = next((one for one in told if one.parameter == claim.stream), None)
            assert own or claim.unit != "℃" or any(one.dimension == "temperature" for one in told)
    assert "焦炉烟道气" in {one.parameter for one in limits(catalog["CPT-0402"])}
    assert "饱和湿烟气" not in {one.parameter for one in limits(catalog["CPT-0876"])}


def two(catalog, first, second):
    """A record with two windows, as their fields are given."""
    base = catalog["CPT-0876"]
    own = [OperatingWindow(**fields, evidence="estimate") for fields in (first, second)]
    applicability = base.applicability.model_copy(update={"operating_window": own})
    return base.model_copy(update={"applicability": applicability, "resource_claims": []})


def test_what_the_technology_itself_reaches_is_not_compared(catalog):
    record = two(
        catalog,
        {"parameter": "终水分", "of": "process", "min": 6, "max": 8, "unit": "%"},
        {"parameter": "入炉煤水分", "min": 9, "unit": "%"},
    )
    (check,) = checks(record, find("入炉煤水分11%，耗热高"))
    assert (check.parameter, check.state) == ("入炉煤水分", "met")
    assert operating_window(record.applicability.operating_window[0]).startswith("工艺控制：终水分")


def test_one_of_two_variants_is_enough(catalog):
    record = two(
        catalog,
        {"parameter": "蓄热氧化进气甲烷浓度", "min": 0.2, "max": 1.2, "unit": "%"},
        {"parameter": "发电进气甲烷浓度", "min": 9, "max": 30, "unit": "%"},
    )
    states = {text: [c.state for c in checks(record, find(text))] for text in ("进气甲烷0.4%", "进气甲烷4%")}
    assert states == {"进气甲烷0.4%": ["met"], "进气甲烷4%": ["not_met", "not_met"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("喷漆房废气浓度4000mg/m3，风量5000", "not_met"),
        ("凹印烘箱排风0.4g/m³", "met"),
        ("复合机乙酸乙酯8g/m3", "not_met"),
        ("粘胶纺丝CS2浓度约1500mg/m³", "missing"),
        ("喷漆打磨粉尘浓度4000mg/m3", "missing"),
        ("窑尾废气浓度4000mg/m3", "missing"),
    ],
)
def test_the_concentration_of_a_paint_shop_is_one_of_organics(catalog, text, expected):
    assert state(catalog, text, "有机物浓度", None, 1000, "mg/m³") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("染色废水四十多度流走", "met"),
        ("染色废水40度流走", "not_met"),
        ("印染废水30多度", "not_met"),
        ("窑炉废水一百多度", "not_met"),
    ],
)
def test_forty_odd_degrees_go_up_to_forty_nine(catalog, text, expected):
    assert state(catalog, text, "废水温度", 45, 95, "℃") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("烘干要85℃热水", "missing"), ("废水COD要降到80mg/L", "missing"), ("冷却热水85℃直排", "not_met")],
)
def test_what_the_writer_wants_is_no_condition_found(catalog, text, expected):
    parameter, unit = ("进水化学需氧量", "mg/L") if "COD" in text else ("热水温度", "℃")
    assert state(catalog, text, parameter, None, 60, unit) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("染色废水四十多度", ("temperature:1", "temperature:water:1")),
        ("喷漆房废气浓度4000mg/m3", ("gas_concentration:7", "gas_concentration:gas:7")),
    ],
)
def test_what_was_learned_from_is_read_as_before(text, words):
    """The graded questions were learned from with these words; limits alone are compared otherwise."""
    assert magnitudes(find(text)) == words


def windows(engine, text, industry):
    """(record, match) for everything returned."""
    return {match.technology.id: match for match in engine.match(Query(text, industry, k=50)).matches}


@pytest.mark.parametrize(
    ("text", "industry"),
    [
        ("烧结烟气温度60℃直接外排", "钢铁"),
        ("印染废水温度30℃直接排放，热量没有回收", "印染"),
        ("定形机废气温度60℃余热没有回收", "印染"),
    ],
)
def test_outside_its_limits_nothing_is_strong(engine, text, industry):
    missed = [
        m for m in windows(engine, text, industry).values() if "not_met" in {c.state for c in m.windows}
    ]
    assert missed
    for match in missed:
        assert match.level != "strong"
        assert match.explanation.parts["window"] < 0
        assert any("工况不满足" in line for line in match.reasons())


def test_within_its_limits_a_record_scores_more_and_says_so(engine):
    cold = windows(engine, "烧结烟气温度60℃直接外排", "钢铁")["CPT-0002"]
    warm = windows(engine, "烧结烟气温度200℃直接外排", "钢铁")["CPT-0002"]
    assert warm.score > cold.score and warm.level == "strong"
    assert any("工况满足" in line for line in warm.reasons())


def test_the_temperature_of_the_waste_water_says_nothing_of_the_flue_gas(engine):
    found = windows(engine, "定形机废气余热没有回收，废水温度30℃", "印染")["CPT-0208"]
    assert {check.state for check in found.windows} == {"missing"}
    assert found.explanation.parts["window"] == 0


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("烟气160℃", "烟气180度", True),
        ("烟气160℃", "烟气90℃", False),
        ("烟气160℃", "热水160℃", False),
        ("废气6万m3/h", "废气8万m3/h", True),
        ("废气6万m3/h", "废气600m3/h", False),
        ("VOCs 30mg/m3", "VOCs 3g/m3", False),
    ],
)
def test_magnitudes_tell_levels_apart_and_hold_near_numbers_together(one, other, alike):
    first, second = magnitudes(find(one)), magnitudes(find(other))
    assert first and second
    assert (first == second) is alike


def test_magnitudes_of_nothing_of_zero_and_below_zero():
    assert magnitudes(find("没有数字")) == ()
    assert magnitudes(find("含盐0%")) == ()
    assert magnitudes(find("冷库零下18度")) == ("temperature:0",)
    assert len(magnitudes(find("烟气160℃，还有烟气160℃"))) == 2
