"""Units as records write them: the accepted spelling of each, and what a unit measures.

Figures keep the unit they were published in; the doctor only proposes one spelling a
unit, so that the same unit is found, summed and compared.
"""

from __future__ import annotations

import unicodedata

CANONICAL = {
    "吨标准煤": "tce",
    "吨标煤": "tce",
    "TCE": "tce",
    "Tce": "tce",
    "万吨标准煤": "万tce",
    "万吨标煤": "万tce",
    "kwh": "kWh",
    "KWH": "kWh",
    "KWh": "kWh",
    "Kwh": "kWh",
    "千瓦时": "kWh",
    "度": "kWh",
    "万度": "万kWh",
    "万千瓦时": "万kWh",
    "亿千瓦时": "亿kWh",
    "gj": "GJ",
    "Gj": "GJ",
    "吉焦": "GJ",
    "mj": "MJ",
    "兆焦": "MJ",
    "mg/Nm3": "mg/m³",
    "mg/Nm³": "mg/m³",
    "mg/m3": "mg/m³",
    "毫克/立方米": "mg/m³",
    "mg/l": "mg/L",
    "毫克/升": "mg/L",
    "m3": "m³",
    "立方米": "m³",
    "方": "m³",
    "万m3": "万m³",
    "亿m3": "亿m³",
    "Nm3": "m³",
    "m2": "m²",
    "平方米": "m²",
    "万m2": "万m²",
    "℃": "℃",
    "°C": "℃",
    "摄氏度": "℃",
    "百分比": "%",
    "百分数": "%",
    "pct": "%",
    "万人民币": "万元",
    "万RMB": "万元",
    "人民币元": "元",
    "RMB": "元",
    "个月": "月",
    "years": "年",
    "a": "年",
    "吨": "t",
    "万吨": "万t",
    "公斤": "kg",
    "千克": "kg",
    "千瓦": "kW",
    "兆瓦": "MW",
    "kw": "kW",
    "KW": "kW",
    "mw": "MW",
}
"""Spelling found in sources -> the spelling the catalogue uses."""

_KEPT = {"³": "\ue003", "²": "\ue002", "℃": "\ue004"}
"""Signs that NFKC would take apart, and the private characters that stand in for them."""

_ATOMIC = {"吨/年": "t/a", "吨/日": "t/d"}


def normalised(unit: str) -> str:
    """Return ``unit`` in the catalogue's spelling; unknown units come back as they are.

    Full-width characters become half-width, numerator and denominators are looked up one
    by one ("kwh/吨" -> "kWh/t"). A denominator "年" is written "a".
    """
    text = unit
    for sign, place in _KEPT.items():
        text = text.replace(sign, place)
    text = unicodedata.normalize("NFKC", text).strip()
    for sign, place in _KEPT.items():
        text = text.replace(place, sign)
    if not text.isascii():
        text = text.replace(" ", "")
    if text in _ATOMIC:
        return _ATOMIC[text]
    if text in CANONICAL:
        return CANONICAL[text]
    head, *tail = text.split("/")
    if not tail:
        return text
    parts = [CANONICAL.get(head, head)]
    for part in tail:
        found = CANONICAL.get(part, part) if part != "a" else "a"
        parts.append("a" if found == "年" else found)
    return "/".join(parts)
