"""Cold start of ``match`` against ``import sentence_transformers``, in one run.

Usage: python benchmarks/cold_start.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
MATCH = [sys.executable, "-m", "recommender", "match", "烧结机头烟气直接排放", "--industry", "钢铁"]
PEER = [sys.executable, "-c", "import sentence_transformers"]


def seconds(command: list[str]) -> float:
    """Return the wall time of one fresh process."""
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Print both medians and their ratio; the first run of each only warms the disk."""
    seconds(MATCH), seconds(PEER)
    ours, peer = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(MATCH))
        peer.append(seconds(PEER))
    mine, theirs = statistics.median(ours), statistics.median(peer)
    print(f"match, cold, index built:     {mine:.2f} s (median of {ROUNDS})")
    print(f"import sentence_transformers: {theirs:.2f} s (median of {ROUNDS})")
    print(f"ratio:                        {mine / theirs:.2f} (wanted: below 0.33)")


if __name__ == "__main__":
    main()
