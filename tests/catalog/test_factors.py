"""Factor tables against the published rows, and the numbers that must not be in them."""

import csv

import pytest

from catalog.errors import BadInput
from catalog.factors import co2_factor, coal_factor, electricity_co2, factor_years, fuel_co2, regions
from catalog.paths import DATA_DIR

# 公告2025年第47号, kgCO2/kWh for 2023
PROVINCES_2023 = {
    "北京": 0.5554, "天津": 0.6796, "河北": 0.6516, "山西": 0.6634, "内蒙古": 0.6479, "辽宁": 0.4878,
    "吉林": 0.4671, "黑龙江": 0.5229, "上海": 0.5737, "江苏": 0.5827, "浙江": 0.4974, "安徽": 0.6553,
    "福建": 0.4211, "江西": 0.5836, "山东": 0.6191, "河南": 0.5897, "湖北": 0.4044, "湖南": 0.4976,
    "广东": 0.4419, "广西": 0.4476, "海南": 0.3648, "重庆": 0.5581, "四川": 0.1564, "贵州": 0.5683,
    "云南": 0.1333, "陕西": 0.6335, "甘肃": 0.4471, "青海": 0.1796, "宁夏": 0.6187, "新疆": 0.6021,
}  # fmt: skip
# 公告2024年第12号, 2024年第33号, 2025年第47号
SERIES = {
    "全国": (0.5568, 0.5366, 0.5306),
    "全国（不含市场化交易的非化石能源电量）": (0.5942, 0.5856, 0.6096),
    "全国化石能源电力": (0.8426, 0.8325, 0.8273),
    "重庆": (0.4743, 0.5227, 0.5581),
    "四川": (0.1255, 0.1404, 0.1564),
    "贵州": (0.5182, 0.4989, 0.5683),
    "云南": (0.1235, 0.1073, 0.1333),
}
TABLES = ("coal.csv", "electricity_co2.csv", "fuel_co2.csv")


def rows(name):
    with (DATA_DIR / "factors" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# --- standard coal ---

CEMENT = [
    ("electricity", 21_342, "万kWh", 26_229.32),
    ("coal", 223_440.7, "t", 159_603.69),
    ("gasoline", 128.66, "t", 189.31),
    ("diesel", 802.54, "t", 1_169.38),
]


@pytest.mark.parametrize(("item", "amount", "unit", "expected"), CEMENT)
def test_each_line_of_the_cement_audit(item, amount, unit, expected):
    assert round(coal_factor(item).times(amount, unit, to="tce"), 2) == expected


def test_the_total_of_the_cement_audit():
    total = sum(coal_factor(item).times(amount, unit, to="tce") for item, amount, unit, _ in CEMENT)
    assert round(total, 2) == 187_191.70


@pytest.mark.parametrize(
    ("item", "unit", "kgce"),
    [
        ("coal", "kg", 0.7143),
        ("cleaned_coal", "kg", 0.9000),
        ("coke", "kg", 0.9714),
        ("crude_oil", "kg", 1.4286),
        ("heavy_oil", "kg", 1.4286),
        ("gasoline", "kg", 1.4714),
        ("diesel", "kg", 1.4571),
        ("lpg", "kg", 1.7143),
        ("heat", "GJ", 34.12),
        ("steam", "t", 128.6),
        ("nitrogen", "m³", 0.6714),
        ("oxygen", "m³", 0.4000),
        ("compressed_air", "m³", 0.0400),
    ],
)
def test_rows_of_the_standard_coal_table(item, unit, kgce):
    found = coal_factor(item)
    assert found.times(1, unit, to="kgce") == pytest.approx(kgce)
    assert found.unit in found.row


@pytest.mark.parametrize(
    ("item", "low", "high"), [("natural_gas", 1.1, 1.33), ("coke_oven_gas", 0.5714, 0.6143)]
)
def test_a_range_gives_its_middle_and_says_so(item, low, high):
    found = coal_factor(item)
    assert found.value == pytest.approx((low + high) / 2)
    assert found.estimated
    assert f"{low:g}–{high:g}" in found.row and "实测" in found.row


def test_electricity_by_heat_content_and_by_primary_energy():
    heat, primary = coal_factor("electricity"), coal_factor("electricity", basis="equivalent")
    assert heat.times(100, "万kWh", to="tce") == pytest.approx(122.9)
    assert primary.times(100, "万kWh", to="tce") == pytest.approx(300.0)
    assert "当量值" in heat.row and "等价值" not in heat.row
    assert "等价值" in primary.row and "当量值" not in primary.row


def test_primary_energy_of_another_edition_is_named():
    other = coal_factor("electricity", basis="equivalent", edition="unknown")
    assert other.value == pytest.approx(0.31)
    assert "山东" in other.row


def test_the_basis_does_not_touch_fuels():
    assert coal_factor("coal", basis="equivalent") == coal_factor("coal")


def test_editions_of_water_are_three_times_apart():
    new = coal_factor("fresh_water")
    old = coal_factor("fresh_water", edition="2008")
    assert (new.value, old.value) == (0.2571, 0.0857)
    assert new == coal_factor("fresh_water", edition="2020")
    assert "2020" in new.row and "2008" in old.row
    assert coal_factor("fresh_water", edition="1990") is None
    assert new.times(10_000, "m³", to="tce", t_per_m3=1.0) == pytest.approx(2.571)


def test_an_item_without_a_row_has_no_factor():
    assert coal_factor("no_such_item") is None
    assert fuel_co2("no_such_item") is None
    assert fuel_co2("steam") is None


def test_a_unit_that_does_not_fit_the_factor_is_told():
    with pytest.raises(BadInput, match="“m³”不能换算为“kg”"):
        coal_factor("coal").times(5, "m³", to="tce")


def test_a_general_value_is_marked():
    found = coal_factor("compressed_air")
    assert found.estimated and "核对" in found.row
    assert not coal_factor("coal").estimated


# --- electricity CO2 ---


@pytest.mark.parametrize("region", PROVINCES_2023)
def test_every_province_of_2023(region):
    found = electricity_co2(region, 2023)
    assert found.value == PROVINCES_2023[region]
    assert region in found.row and "2023" in found.row and "公告2025年第47号" in found.row
    assert electricity_co2(region) == found  # the newest


def test_no_row_of_2023_is_untested():
    known = set(PROVINCES_2023) | set(SERIES) | {"南方区域", "华东区域", "华北区域"}
    assert {row["region"] for row in rows("electricity_co2.csv") if row["year"] == "2023"} == known


@pytest.mark.parametrize("region", SERIES)
def test_three_years_of_the_nation_and_the_southwest(region):
    assert tuple(electricity_co2(region, year).value for year in (2021, 2022, 2023)) == SERIES[region]
    assert factor_years(region) == [2023, 2022, 2021]


def test_regional_rows_that_were_seen():
    assert electricity_co2("南方区域", 2023).value == 0.4042
    assert electricity_co2("华东区域", 2023).value == 0.55
    assert electricity_co2("华北区域", 2023).value == 0.6361
    assert electricity_co2("西南区域").value == 0.2268
    assert electricity_co2("西南区域", 2023) is None


@pytest.mark.parametrize(("year", "times"), [(2021, 3.78), (2022, 3.72), (2023, 3.57)])
def test_the_same_kilowatt_hour_in_chongqing_and_in_sichuan(year, times):
    chongqing = co2_factor("electricity", region="重庆", year=year).times(100, "万kWh", to="tCO2")
    sichuan = co2_factor("electricity", region="四川", year=year).times(100, "万kWh", to="tCO2")
    assert chongqing == pytest.approx(SERIES["重庆"][year - 2021] * 1000)
    assert chongqing / sichuan == pytest.approx(times, abs=0.005)


def test_chongqing_rises_while_the_nation_falls():
    assert SERIES["重庆"] == tuple(sorted(SERIES["重庆"]))
    values = [electricity_co2("全国", year).value for year in (2021, 2022, 2023)]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(
    ("region", "year", "words"),
    [("火星", None, ("火星", "重庆", "四川")), ("北京", 2022, ("北京 2022 年",)), ("重庆", 1999, ("1999",))],
)
def test_a_region_or_year_without_a_published_value_is_told(region, year, words):
    with pytest.raises(BadInput) as error:
        co2_factor("electricity", region=region, year=year)
    assert all(word in str(error.value) for word in words)
    assert "\n" not in str(error.value)


def test_the_region_does_not_touch_fuels():
    assert co2_factor("diesel", region="火星") == fuel_co2("diesel")


def test_regions_are_listed_once_and_the_nation_first():
    listed = regions()
    assert len(listed) == len(set(listed))
    assert listed[0] == "全国"
    assert set(PROVINCES_2023) <= set(listed)


# --- fuels ---


@pytest.mark.parametrize(
    ("item", "unit", "tonnes"),
    [
        ("anthracite", "t", 2.323),
        ("coal", "t", 2.072),
        ("lignite", "t", 1.424),
        ("cleaned_coal", "t", 2.282),
        ("coke", "t", 2.852),
        ("heavy_oil", "t", 3.047),
        ("gasoline", "t", 3.043),
        ("diesel", "t", 3.145),
        ("lpg", "t", 2.954),
        ("lng", "t", 2.325),
        ("natural_gas", "万m³", 21.622),
        ("coke_oven_gas", "万m³", 8.583),
        ("blast_furnace_gas", "万m³", 9.686),
        ("converter_gas", "万m³", 14.321),
        ("heat", "GJ", 0.11),
    ],
)
def test_fuels_to_the_printed_digits(item, unit, tonnes):
    found = fuel_co2(item)
    assert round(found.times(1, unit, to="tCO2"), 3) == tonnes
    assert "核算指南" in found.row or "GB/T 32150" in found.row


def test_no_fuel_row_is_untested():
    assert len(rows("fuel_co2.csv")) == 15


def test_standard_cubic_metres_of_gas_count_as_cubic_metres():
    assert fuel_co2("natural_gas").times(2, "万Nm³", to="tCO2") == pytest.approx(43.2436, abs=1e-3)


def test_raw_coal_says_that_it_was_taken_as_bituminous():
    found = fuel_co2("coal")
    assert found.estimated and "烟煤" in found.row


# --- traps ---


@pytest.mark.parametrize("number", [0.5703, 0.5777])
@pytest.mark.parametrize("table", TABLES)
def test_numbers_that_are_often_pasted_in_are_in_no_table(table, number):
    for row in rows(table):
        for cell in row.values():
            assert str(number) not in cell, row
            try:
                assert float(cell) != number, row
            except ValueError:
                continue


@pytest.mark.parametrize("table", TABLES)
def test_every_row_names_its_source_and_how_it_was_read(table):
    for row in rows(table):
        assert row.get("source") or row.get("standard"), row
        assert row["mark"] in ("read", "general"), row
