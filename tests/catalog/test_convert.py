"""Units of the field: 万 and 亿, cubic metres, standard coal, prices; and what cannot be converted."""

import pytest

from catalog.convert import amount_factor, convert, factor, same_dimension
from catalog.errors import BadInput


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (180, "万kWh", "kWh", 1_800_000),
        (1, "亿kWh", "万kWh", 10_000),
        (2, "MWh", "kWh", 2_000),
        (1, "GWh", "万kWh", 100),
        (21_342, "万千瓦时", "kWh", 213_420_000),
        (3, "度", "kWh", 3),
        (1, "kWh", "MJ", 3.6),
        (2, "GJ", "MJ", 2_000),
        (1, "万m³", "m³", 10_000),  # ten thousand cubic metres, not (10,000 m) cubed
        (1, "万m3", "m³", 10_000),
        (1, "亿m³", "万m³", 10_000),
        (1, "百万m3", "万m³", 100),
        (5, "万Nm³", "m³", 50_000),  # standard cubic metres, not newtons
        (5, "Nm3", "m³", 5),
        (1, "万m²", "m²", 10_000),
        (1000, "L", "m³", 1),
        (3, "万t", "t", 30_000),
        (3, "吨", "kg", 3_000),
        (5, "g/t", "kg/t", 0.005),
        (7, "t/年", "kg/a", 7_000),
        (2, "万tce", "tce", 20_000),
        (1, "tce", "kgce", 1_000),
        (4, "吨标准煤", "tce", 4),
        (1, "kgce/t", "gce/t", 1_000),
        (1, "kgCO2", "tCO2", 0.001),
        (0.6, "元/kWh", "元/万kWh", 6_000),
        (0.6, "元/kWh", "万元/万kWh", 0.6),
        (625, "元/吨", "元/kg", 0.625),
        (1, "亿元", "万元", 10_000),
        (35_000, "元", "万元", 3.5),
        (2, "台", "套", 2),
        (8, "t/h", "kg/h", 8_000),
    ],
)
def test_units_of_the_field(value, unit, to, expected):
    assert convert(value, unit, to) == pytest.approx(expected, rel=1e-12)
    assert convert(expected, to, unit) == pytest.approx(value, rel=1e-12)


def test_the_same_unit_is_one_even_where_nobody_knows_it():
    assert factor("块板", "块板") == 1.0


@pytest.mark.parametrize("unit", ["abc", "万", "kWh//", "__import__('os')"])
def test_an_unknown_unit_is_told_with_units_to_write_instead(unit):
    with pytest.raises(BadInput) as error:
        factor(unit, "kWh")
    message = str(error.value)
    assert f"“{unit}”" in message
    assert "万kWh" in message and "万元" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("t", "m³"),
        ("kWh", "tce"),
        ("元/t", "元/m³"),
        ("万元", "kWh"),
        ("tce", "tCO2"),
        ("kW", "kWh"),
        ("m²", "m³"),
        ("t", "t/a"),
        ("台", "t"),
    ],
)
def test_units_of_different_things_are_refused_by_name(unit, to):
    with pytest.raises(BadInput) as error:
        factor(unit, to)
    message = str(error.value)
    assert f"“{unit}”" in message and f"“{to}”" in message
    assert "同类单位" in message and "\n" not in message
    assert not same_dimension(unit, to)


def test_same_dimension():
    assert same_dimension("万m³", "m³")
    assert same_dimension("元/kWh", "万元/GJ")
    assert not same_dimension("abc", "m³")


def test_a_density_joins_mass_and_volume_and_nothing_else():
    assert amount_factor("万m³", "t", t_per_m3=1.0) == pytest.approx(10_000)
    assert amount_factor("t", "m³", t_per_m3=0.8) == pytest.approx(1.25)
    assert amount_factor("kg", "t", t_per_m3=0.8) == pytest.approx(0.001)
    with pytest.raises(BadInput, match="不能换算"):
        amount_factor("t", "m³")
    with pytest.raises(BadInput, match="不能换算"):
        amount_factor("kWh", "m³", t_per_m3=1.0)
