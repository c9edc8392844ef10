"""Command line of the recommender: match, match-file, evaluate."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.console import fail, say
from catalog.errors import BadInput

if TYPE_CHECKING:
    from embeddings.index import Progress
    from recommender.engine import RecommenderEngine

app = typer.Typer(
    help="清洁生产技术匹配：单条、批量、评测。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_PROGRESS_AFTER_S = 2.0


def open_engine() -> RecommenderEngine:
    """Open the engine; a build of over two seconds shows a progress bar on standard error."""
    from recommender.engine import RecommenderEngine

    reporter, close = _progress()
    try:
        return RecommenderEngine.open(progress=reporter)
    finally:
        close()


def _progress() -> tuple[Progress, Any]:
    started = time.monotonic()
    state: dict[str, Any] = {}

    def report(done: int, total: int) -> None:
        if time.monotonic() - started < _PROGRESS_AFTER_S:
            return
        if "bar" not in state:
            from rich.console import Console
            from rich.progress import Progress as Bar

            state["bar"] = Bar(console=Console(stderr=True), transient=True)
            state["bar"].start()
            state["task"] = state["bar"].add_task("正在建立索引", total=total)
        state["bar"].update(state["task"], completed=done)

    def close() -> None:
        if "bar" in state:
            state["bar"].stop()

    return report, close


def _check_k(k: int) -> None:
    if k < 1:
        raise BadInput(f"-k {k}: 条数须为正整数，例如 -k 10")


def _check_format(file_format: str, known: tuple[str, ...]) -> None:
    if file_format not in known:
        raise BadInput(f"--format {file_format}: 不支持，请用 {'、'.join(known)}")


@app.command()
def match(
    text: Annotated[str, typer.Argument(help="问题描述：工序或设备 + 现状 + 对象")],
    industry: Annotated[str | None, typer.Option("--industry", help="行业：代码、名称或俗称")] = None,
    k: Annotated[int, typer.Option("-k", help="最多返回几项")] = 10,
    file_format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
) -> None:
    """按行业和问题描述匹配技术，给出等级、理由和政策出处。"""
    from recommender.query import Query

    _check_k(k)
    _check_format(file_format, ("text", "json"))
    engine = open_engine()
    result = engine.match(Query(text, industry, k=k))
    if file_format == "json":
        say(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
        return
    from catalog import display

    for warning in result.warnings:
        say(f"提示：{warning}")
    if not result.matches:
        say(f"未匹配：{result.none_reason}")
    for found in result.matches:
        technology = found.technology
        say(f"{found.rank}. [{labels_level(found.level)}] {technology.name}（{technology.id}）")
        say(f"   {technology.summary}")
        for reason in found.explanation.reasons()[:-1]:
            say(f"   {reason}")
        for source in technology.sources[:1]:
            say(f"   依据：{display.citation(source, engine.catalog.policy)}")


def labels_level(level: str) -> str:
    """Return the Chinese word of a level."""
    from recommender import labels

    return labels.LEVELS[level]


@app.command("match-file")
def match_file(
    source: Annotated[Path, typer.Argument(help="CSV、XLSX 或 JSONL，列 id、industry、text")],
    output: Annotated[Path, typer.Option("--output", "-o", help=".jsonl、.csv 或 .xlsx")],
    k: Annotated[int, typer.Option("-k", help="每条最多返回几项")] = 10,
) -> None:
    """批量匹配一张问题表；某一行有误不影响其他行。"""
    from recommender.batch import OUT_SUFFIXES, match_rows, read_rows, write_results

    _check_k(k)
    if output.suffix.lower() not in OUT_SUFFIXES:
        raise BadInput(f"{output}: 后缀“{output.suffix}”不支持，请用 {'、'.join(OUT_SUFFIXES)}")
    rows = read_rows(source)
    results = list(match_rows(open_engine(), rows, k=k))
    write_results(output, results)
    matched = sum(result["verdict"] == "matched" for result in results)
    warned = sum(bool(result["warnings"]) for result in results)
    counts = f"匹配 {matched} 条，未匹配 {len(results) - matched} 条，有提示 {warned} 条"
    say(f"共 {len(results)} 条：{counts}；{output}")


@app.command()
def evaluate(
    file_format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
    save_baseline: Annotated[bool, typer.Option("--save-baseline", help="把本次结果存为基线")] = False,
) -> None:
    """用已标注的查询评测；低于基线时退出码为 1。"""
    from catalog.files import write_atomically
    from recommender import evaluation

    _check_format(file_format, ("text", "json"))
    report = evaluation.evaluate(open_engine(), evaluation.load_judgements())
    if save_baseline:
        content = {"splits": report["splits"]}
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        write_atomically(evaluation.BASELINE, text.encode())
    if file_format == "json":
        say(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _print_report(report)
    fallen = evaluation.drops(report, evaluation.load_baseline())
    if fallen:
        fail("低于基线：" + "；".join(fallen), code=1)
    elif file_format == "text":
        say("与基线相比：无下降")


def _print_report(report: dict[str, Any]) -> None:
    names = list(next(iter(report["splits"].values())))
    say("".ljust(14) + "".join(name.rjust(max(len(name) + 2, 11)) for name in names))
    for group in ("splits", "styles"):
        for key, summary in report[group].items():
            cells = "".join(f"{summary[n]:.3f}".rjust(max(len(n) + 2, 11)) for n in names)
            say(key.ljust(14) + cells)
    say("最差五条：")
    for item in report["worst"]:
        say(f"  {item['id']} nDCG@10={item['nDCG@10']:.2f} {item['text']}")
        wanted = "、".join(item["wanted"]) or "（仅有可参考项）"
        say(f"     返回 {'、'.join(item['returned']) or '无'}；应为 {wanted}")
