"""Entry point: ``python -m recommender``."""

from catalog.console import run
from recommender.cli import app

if __name__ == "__main__":
    run(lambda: app(prog_name="python -m recommender"))
