"""Loading 1,000 records against parsing their YAML with libyaml, in one run.

Usage: python benchmarks/load_catalog.py
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
RECORDS = 1000
ROUNDS = 5


def median_seconds(call: Callable[[], object]) -> float:
    """Return the median wall time of ``call``."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def write_records(folder: Path) -> None:
    """Write 1,000 records made from the shipped ones under new numbers and names."""
    sources = sorted((ROOT / "data" / "technologies").glob("*.yaml"))
    target = folder / "technologies"
    target.mkdir(parents=True)
    for name in ("codes", "policy"):
        (folder / name).symlink_to(ROOT / "data" / name, target_is_directory=True)
    for number in range(RECORDS):
        record = yaml.load(sources[number % len(sources)].read_bytes(), Loader=yaml.CSafeLoader)
        record["id"] = f"CPT-{number + 1:04d}"
        record["name"] += f"（{number + 1}）"
        for field in ("parent", "alternatives", "conflicts_with", "requires", "merged_ids"):
            record.pop(field, None)
        text = yaml.safe_dump(record, allow_unicode=True, sort_keys=False)
        (target / f"{record['id']}.yaml").write_text(text, encoding="utf-8")


def main() -> None:
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["QINGYUAN_HOME"] = str(Path(name) / "home")
        from catalog import load_catalog

        data = Path(name) / "data"
        write_records(data)
        files = sorted((data / "technologies").glob("*.yaml"))
        load_catalog(data)
        ours = median_seconds(lambda: load_catalog(data))
        peer = median_seconds(
            lambda: [yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader) for path in files]
        )
    print(f"load_catalog, {RECORDS} records: {ours:.2f} s (median of {ROUNDS})")
    print(f"libyaml parse of the same:   {peer:.2f} s (median of {ROUNDS})")
    print(f"ratio:                       {ours / peer:.2f} (wanted: at most 0.20)")


if __name__ == "__main__":
    main()
