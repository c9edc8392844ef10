"""Entry point: ``python -m embeddings``."""

from catalog.console import run
from embeddings.cli import app

if __name__ == "__main__":
    run(lambda: app(prog_name="python -m embeddings"))
