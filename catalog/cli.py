"""Command line of the catalogue: validate, doctor, coverage, stats, import, export, site, schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.console import fail, say
from catalog.editions.cli import app as edition
from catalog.nominations.cli import app as nomination
from catalog.paths import DATA_DIR

if TYPE_CHECKING:
    from catalog.load import Catalog

app = typer.Typer(
    help="清洁生产技术目录：校验、体检、政策覆盖、统计、导入、导出、静态网站。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(edition, name="edition")
app.add_typer(nomination, name="nomination")

DataOption = Annotated[Path, typer.Option("--data", help="数据目录（默认随程序提供的 data/）")]


@app.command()
def validate(
    data: DataOption = DATA_DIR,
    flags: Annotated[bool, typer.Option("--flags", help="逐条列出价格年份未知的金额")] = False,
) -> None:
    """检查全部记录；每个问题一行：文件、字段、值、应如何改。"""
    from catalog.load import load_catalog
    from catalog.validate import price_year_flags

    catalog = load_catalog(data, use_cache=False)
    undated = price_year_flags(catalog.technologies)
    for flag in undated if flags else []:
        say(str(flag))
    if undated and not flags:
        say(f"价格年份未知的金额 {len(undated)} 处：只展示，不进入测算（--flags 逐条列出）")
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
    from catalog.sectors import load_sectors
    from catalog.stats import known_shares

    catalog = load_catalog(data)
    sectors = load_sectors(catalog.codes, data)
    say(f"已导出 {write(catalog, file_format, output, sectors)} 条记录：{output}")
    say(
        "其余为未知；已知的："
        + "；".join(f"{name} {known}" for name, known in known_shares(catalog.technologies))
    )


@app.command()
def coverage(
    data: DataOption = DATA_DIR,
    file_format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
) -> None:
    """按文件、章节和专栏列出点名的技术及对应记录；有缺口时退出码为 1。"""
    from catalog.load import load_catalog

    catalog = load_catalog(data)
    rows = catalog.policy.coverage(catalog.technologies)
    missing = [row for row in rows if not row.record_ids]
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
        totals: dict[str, list[int]] = {}
        for row in rows:
            key = (row.term.doc, row.term.place)
            shown = "、".join(row.record_ids) or "（缺）"
            groups.setdefault(key, []).append(f"  {row.term.reading}  {shown}")
            covered[key] = covered.get(key, 0) + bool(row.record_ids)
            total = totals.setdefault(row.term.doc, [0, 0])
            total[0] += bool(row.record_ids)
            total[1] += 1
        for (doc, place), lines in sorted(groups.items(), key=lambda item: _reading_order(catalog, item[0])):
            document = catalog.policy.documents[doc]
            say(f"{doc} {place}（{document.number}，{document.state}）：{covered[doc, place]}/{len(lines)}")
            for line in lines:
                say(line)
        for doc, (have, count) in totals.items():
            say(f"{doc} {catalog.policy.documents[doc].short_title}：{have}/{count}")
        say(f"合计 {sum(covered.values())}/{len(rows)}；缺 {len(missing)} 项")
    if missing:
        names = "、".join(row.term.reading for row in missing)
        fail(f"仍缺记录：{names}；请在 data/technologies/ 补充并在 sources 中引用该词", code=1)


def _reading_order(catalog: Catalog, key: tuple[str, str]) -> tuple[int, bool, str]:
    doc, place = key
    return list(catalog.policy.documents).index(doc), place.startswith("专栏"), place.rjust(12)


@app.command()
def doctor(
    data: DataOption = DATA_DIR,
    policy_texts: Annotated[
        Path | None, typer.Option("--policy-texts", help="政策原文目录，文件名为 文件代号.txt")
    ] = None,
    fix: Annotated[
        Path | None, typer.Option("--fix", help="只执行此文件逐行列出的编号（括号内的八位字符）")
    ] = None,
) -> None:
    """检查单位、价格年份、离谱数值、图文矛盾、失效引用、近似重复和单薄记录；只建议，不自行修改。"""
    from catalog.doctor import CHECKS, apply, examine
    from catalog.doctor.fix import read_choice

    findings = examine(data, policy_texts)
    if fix is not None:
        for finding in apply(data, findings, read_choice(fix)):
            say(f"已改 {finding.record}: {finding.field}: {finding.value!r} -> {finding.proposal!r}")
        findings = examine(data, policy_texts)
    for finding in findings:
        say(str(finding))
    counted = "；".join(
        f"{meaning} {count}"
        for check, meaning in CHECKS.items()
        if (count := sum(finding.check == check for finding in findings))
    )
    say(f"共 {len(findings)} 项" + (f"：{counted}" if counted else "：未发现问题"))
    if findings:
        raise typer.Exit(1)


@app.command()
def stats(data: DataOption = DATA_DIR) -> None:
    """以 Markdown 表格列出记录数、行业与专栏分布、已知字段和证据等级。"""
    from catalog.load import load_catalog
    from catalog.sectors import load_sectors
    from catalog.stats import as_markdown, statistics

    catalog = load_catalog(data)
    say(as_markdown(statistics(catalog, load_sectors(catalog.codes, data))).rstrip("\n"))


@app.command("import")
def import_list(
    source: Annotated[Path, typer.Argument(help="官方目录或申报表：.xlsx 或 .csv")],
    output: Annotated[Path, typer.Option("--output", "-o", help="草稿目录")],
    data: DataOption = DATA_DIR,
) -> None:
    """把官方目录或申报汇总表读成草稿；看不懂的列和单元格逐一列出，不入库。"""
    from catalog.codes import load_codes
    from catalog.drafts import import_drafts, write_drafts

    result = import_drafts(source, load_codes(data / "codes"))
    for column in result.unknown_columns:
        say(f"未识别的列：{column}")
    for fault in result.faults:
        say(fault)
    paths = write_drafts(result, output)
    say(
        f"已写出 {len(paths)} 份草稿：{output}；未识别的列 {len(result.unknown_columns)} 个，"
        f"需核对 {len(result.faults)} 处"
    )


@app.command()
def site(
    output: Annotated[Path, typer.Option("--output", "-o", help="网站目录")],
    data: DataOption = DATA_DIR,
) -> None:
    """生成整个目录的静态网站：一项技术一页，可打印，可从 U 盘打开。"""
    from catalog.load import load_catalog
    from catalog.sectors import load_sectors
    from catalog.site import write_site

    catalog = load_catalog(data)
    pages = write_site(catalog, load_sectors(catalog.codes, data), output)
    say(f"已生成 {pages} 页：{output / 'index.html'}")


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
