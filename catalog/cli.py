"""Command line of the catalogue: validate, export, coverage, schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from catalog.console import fail, say
from catalog.paths import DATA_DIR

app = typer.Typer(
    help="清洁生产技术目录：校验、导出、政策覆盖。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

DataOption = Annotated[Path, typer.Option("--data", help="数据目录（默认随程序提供的 data/）")]


@app.command()
def validate(data: DataOption = DATA_DIR) -> None:
    """检查全部记录；每个问题一行：文件、字段、值、应如何改。"""
    from catalog.load import load_catalog
    from catalog.validate import price_year_flags

    catalog = load_catalog(data, use_cache=False)
    for flag in price_year_flags(catalog.technologies):
        say(str(flag))
    say(
        f"通过：{len(catalog)} 条记录（其中技术族 {len(catalog.family_ids)} 个），"
        f"{sum(1 for _ in catalog.codes)} 个词表，{len(catalog.policy.documents)} 份政策文件"
    )


@app.command()
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="输出文件")],
    file_format: Annotated[str, typer.Option("--format", help="jsonl、csv 或 xlsx")] = "jsonl",
    data: DataOption = DATA_DIR,
) -> None:
    """导出全部记录。"""
    from catalog.export import export as write
    from catalog.load import load_catalog

    say(f"已导出 {write(load_catalog(data), file_format, output)} 条记录：{output}")


@app.command()
def coverage(
    data: DataOption = DATA_DIR,
    file_format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
) -> None:
    """列出政策文件各专栏点名的技术及对应记录；工业专栏有缺口时退出码为 1。"""
    from catalog.load import load_catalog

    catalog = load_catalog(data)
    rows = catalog.policy.coverage(catalog.technologies)
    open_industry = [row for row in rows if row.term.scope == "industry" and not row.record_ids]
    if file_format == "json":
        say(
            json.dumps(
                [
                    {
                        "doc": row.term.doc,
                        "place": row.term.place,
                        "term": row.term.term,
                        "reads_as": row.term.reads_as,
                        "scope": row.term.scope,
                        "records": list(row.record_ids),
                    }
                    for row in rows
                ],
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        groups: dict[tuple[str, str], list[str]] = {}
        covered: dict[tuple[str, str], int] = {}
        for row in rows:
            key = (row.term.doc, row.term.place)
            shown = "、".join(row.record_ids) or "（缺）"
            groups.setdefault(key, []).append(f"  {row.term.reading}  {shown}")
            covered[key] = covered.get(key, 0) + bool(row.record_ids)
        for (doc, place), lines in groups.items():
            document = catalog.policy.documents[doc]
            say(f"{doc} {place}（{document.number}，{document.state}）：{covered[doc, place]}/{len(lines)}")
            for line in lines:
                say(line)
        say(f"合计 {sum(covered.values())}/{len(rows)}；工业专栏缺 {len(open_industry)} 项")
    if open_industry:
        names = "、".join(row.term.reading for row in open_industry)
        fail(f"工业专栏仍缺记录：{names}；请在 data/technologies/ 补充并在 sources 中引用该词", code=1)


@app.command()
def schema(
    output: Annotated[Path, typer.Option("--output", "-o", help="输出文件")],
) -> None:
    """导出记录的 JSON Schema。"""
    from catalog.files import write_atomically
    from catalog.schema import Technology

    content = json.dumps(Technology.model_json_schema(), ensure_ascii=False, indent=2) + "\n"
    write_atomically(output, content.encode())
    say(f"已导出：{output}")
