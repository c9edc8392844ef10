"""Fixtures of the app's tests."""

import pytest

from catalog.review.desk import Desk
from catalog.store import Store


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A desk of its own for each test."""
    monkeypatch.setenv("QINGYUAN_DATABASE", f"sqlite:///{tmp_path / 'desk.db'}")
    return Desk(Store.open())
