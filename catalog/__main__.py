"""Entry point: ``python -m catalog``."""

from catalog.cli import app
from catalog.console import run

if __name__ == "__main__":
    run(lambda: app(prog_name="python -m catalog"))
