"""Command line of the embeddings: train the shipped model, show what is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.console import say

app = typer.Typer(
    help="语义向量：训练随程序提供的模型。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """语义向量：训练随程序提供的模型。"""


@app.command()
def train(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="模型目录（默认 data/model）")] = None,
) -> None:
    """用本项目的技术记录训练静态向量模型；同一台机器上两次训练的文件完全相同。"""
    from catalog import load_catalog
    from embeddings.encoder import SHIPPED_MODEL
    from embeddings.segment import Segmenter
    from embeddings.train import save
    from embeddings.train import train as fit

    catalog = load_catalog()
    words, vectors = fit(catalog, Segmenter.for_catalog(catalog))
    folder = output or SHIPPED_MODEL
    save(folder, words, vectors)
    size = (folder / "model.safetensors").stat().st_size / 1e6
    say(f"已训练：{len(words)} 个词，{vectors.shape[1]} 维，{size:.1f} MB，{folder}")
