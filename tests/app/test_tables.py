"""Columns of editable tables: numbers as people write them.

What the browser draws was looked at with Chromium (Streamlit 1.67): "plain" draws 6200 as
6199.999999999999 and 0.1 + 0.2 as 0.30000000000000004; the format below draws 6200 and 0.3.
"""

import pytest

from recommender.ui.tables import Column


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (6200.0, "6200"), (6199.999999999999, "6200"), (0.125, "0.125"), (0.1 + 0.2, "0.3"), (0.0, "0"),
        (-3.5, "-3.5"), (1180.6, "1180.6"), (1234567890123.0, "1234567890123"),
    ],
)  # fmt: skip
def test_a_number_is_shown_with_its_own_digits_only(value, shown):
    column = Column("a", "数值", "number")
    assert column.config()["type_config"]["format"] % column.shown(value) == shown
