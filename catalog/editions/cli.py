"""Command line of the annual editions: freeze, diff, history, publish, settings, a year played through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from catalog.console import say
from catalog.errors import BadInput
from catalog.files import write_atomically
from catalog.paths import DATA_DIR

app = typer.Typer(
    help="年度目录：冻结、比较、发布、编号沿革，以及一年全过程示例。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Before = Annotated[Path | None, typer.Option("--before", help="上一版目录（JSON）；退出的技术须写理由")]
DataOption = Annotated[Path, typer.Option("--data", help="数据目录（默认随程序提供的 data/）")]


@app.command()
def freeze(
    selection: Annotated[Path, typer.Argument(help="选目文件（YAML）：年份、标题、编号次序、退出理由")],
    output: Annotated[Path, typer.Option("--output", "-o", help="冻结的目录（JSON），写成后不再改动")],
    before: Before = None,
    data: DataOption = DATA_DIR,
) -> None:
    """按选目文件冻结一版目录：定序、编项目号、生成指纹。"""
    from catalog.editions.edition import read_edition, write_edition
    from catalog.editions.flags import flags
    from catalog.editions.selection import read_selection
    from catalog.load import load_catalog

    earlier = read_edition(before) if before else None
    edition = read_selection(selection, load_catalog(data), before=earlier)
    write_edition(edition, output)
    found = flags(edition)
    say(f"已冻结：{edition.title}，{len(edition.entries)} 项，指纹 {edition.fingerprint[:16]}；{output}")
    if found:
        say(f"核查提示 {len(found)} 条（只提示，不隐藏）：发布时见“核查提示”")


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="旧版目录（JSON）")],
    after: Annotated[Path, typer.Argument(help="新版目录（JSON）")],
    file_format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="另存差异（JSON），可由旧版还原新版")
    ] = None,
) -> None:
    """比较两版目录：新增、变更（逐字段）、更名、合并、退出；并列出受影响的审核项目。"""
    from catalog.editions.diff import affected_projects, difference, summary
    from catalog.editions.edition import read_edition
    from catalog.store import Store

    if file_format not in ("text", "json"):
        raise BadInput(f"--format {file_format}: 不支持，请用 text、json")
    found = difference(read_edition(before), read_edition(after))
    content = json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True)
    if output is not None:
        write_atomically(output, (content + "\n").encode())
    if file_format == "json":
        say(content)
        return
    for line in summary(found):
        say(line)
    for id, name, numbers in affected_projects(Store.open(), found):
        say(f"受影响的审核项目 {id} {name}：{'、'.join(numbers)}")


@app.command()
def history(
    number: Annotated[str, typer.Argument(help="技术编号，例如 CPT-0002")],
    editions: Annotated[list[Path], typer.Argument(help="各版目录（JSON）")],
) -> None:
    """一个编号的沿革：入选、更名、变更、合并、退出。"""
    from catalog.editions.edition import read_edition
    from catalog.editions.history import history as steps_of
    from catalog.store import Store

    for step in steps_of(number, [read_edition(path) for path in editions], store=Store.open()):
        say(f"{step.when}  {step.what}  {step.detail}")


@app.command()
def publish(
    edition: Annotated[Path, typer.Argument(help="冻结的目录（JSON）")],
    output: Annotated[Path, typer.Option("--output", "-o", help="目录")],
    before: Before = None,
    style: Annotated[str, typer.Option("--style", help="目录表栏目：mee、miit 或 ndrc")] = "mee",
    notices: Annotated[
        Path | None, typer.Option("--notices", help="发文信息（YAML）：发文机关、联系人、文号、日期")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="另出 PDF（需要本机的 LibreOffice）")] = False,
) -> None:
    """由一版目录生成全套文件：征集、补正、评审、公示、发布、变更与核查；申报记录取自数据库。"""
    from catalog.editions.edition import read_edition
    from catalog.publish.dispatch import contents, papers_of, whole_set
    from catalog.publish.issue import issue_warnings, write_set
    from catalog.publish.settings import read_settings
    from catalog.store import Store

    earlier = read_edition(before) if before else None
    settings = read_settings(notices) if notices else None
    papers = papers_of(read_edition(edition), Store.open(), before=earlier, settings=settings)
    made = whole_set(papers, style=style, pdf=pdf)
    write_set(made.files, output)
    say(f"已写出 {len(made.files)} 个文件：{output}")
    for line in (*contents(made.files), *made.left_out, *(issue_warnings(pdf_wanted=True) if pdf else ())):
        say(line)
    if notices is None:
        say("发文信息：用 edition settings -o 发文信息.yaml 写出空白文件，填好后加 --notices 发文信息.yaml")


@app.command()
def settings(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="空白的发文信息（YAML），填好后用于 publish")
    ],
) -> None:
    """写出空白的发文信息：发文机关、联系人、各文件的文号和日期，逐项有说明。"""
    from catalog.publish.settings import settings_bytes

    if output.exists():
        raise BadInput(f"{output}: 已有此文件，未覆盖；请换一个文件名")
    try:
        write_atomically(output, settings_bytes())
    except OSError as error:
        raise BadInput(f"{output}: 无法写入（{error.strerror}），请换一个可写的位置") from error
    say(f"已写出：{output}；填好后用 edition publish --notices {output}")


@app.command()
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="目录")],
    pdf: Annotated[bool, typer.Option("--pdf", help="另出 PDF（需要本机的 LibreOffice）")] = False,
) -> None:
    """把一年走一遍：征集 40 项、形式审查、两轮评审、公示、冻结、发布，留下全套文件。"""
    from catalog.year import play_year

    for line in play_year(output, pdf=pdf):
        say(line)
