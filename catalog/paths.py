"""Where the shipped data lies and where the program writes."""

from __future__ import annotations

import os
from pathlib import Path

DATA_DIR = Path(__file__).resolve().parent.parent / "data"
"""Shipped data: records, vocabularies, policy register, lexicon, model, judgements."""

HOME_VARIABLE = "QINGYUAN_HOME"


def user_home() -> Path:
    """Return the folder for everything the program writes (index, projects, feedback).

    ``QINGYUAN_HOME`` if set, else the user data folder of the system. The folder is
    created by whoever writes into it.
    """
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("qingyuan", appauthor=False)


def cache_dir() -> Path:
    """Return the folder for derived files; it may be deleted at any time."""
    return user_home() / "cache"
