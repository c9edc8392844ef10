"""Command line of supply and demand: needs, gaps, lists, neutrality, green-factory count."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.console import say
from catalog.errors import BadInput

if TYPE_CHECKING:
    from catalog.store import Store
    from recommender.query import Query

app = typer.Typer(
    help="供需对接：技术需求、缺口与征集、供需目录、中立性、绿色工厂计数。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_DECISIONS = {"accept": True, "reject": False}


def _store() -> Store:
    from catalog.store import Store

    return Store.open()


@app.command("list")
def list_needs(
    state: Annotated[
        str | None, typer.Option("--state", help="submitted、accepted、rejected、answered 或 withdrawn")
    ] = None,
) -> None:
    """列出技术需求：编号、状态、五类、行业、等级、原文（供管理部门审核，不对外公布）。"""
    from catalog.codes import load_codes
    from catalog.paths import DATA_DIR
    from recommender.demand import needs

    known = {str(code): label for code, label in needs.STATE_LABELS.items()}
    if state is not None and state not in known:
        raise BadInput(f"--state {state}: 没有这个状态，请写 {'、'.join(known)}")
    codes = load_codes(DATA_DIR / "codes")
    shown = [kept for kept in needs.all_needs(_store()) if state in (None, kept.need.state)]
    for kept in shown:
        need = kept.need
        industry = needs.industry_words(need, codes)
        say(
            f"{kept.id}  {known[need.state]}  {codes.label('plus_classes', need.plus_class)}  "
            f"行业：{industry}  {needs.LEVEL_LABELS[need.level]}  {need.text or '（已撤回）'}"
        )
        if need.answered_by:
            say(f"   对应供给：{'、'.join(need.answered_by)}")
        if need.review_note:
            say(f"   审核意见：{need.review_note}")
    say(f"共 {len(shown)} 项")


@app.command()
def review(
    need: Annotated[str, typer.Argument(help="需求编号，例如 XQ-2026-0001")],
    decision: Annotated[str, typer.Argument(help="accept（采纳）或 reject（不予采纳）")],
    name: Annotated[str, typer.Option("--name", help="审核人姓名")],
    reason: Annotated[str, typer.Option("--reason", help="理由；不予采纳和重新征集须写")] = "",
    role: Annotated[str, typer.Option("--role", help="角色，默认 authority（管理部门）")] = "authority",
) -> None:
    """审核一项技术需求；已有对应供给的再次 accept 表示答复不成立，重新征集。"""
    from catalog.people import ROLES, Person
    from recommender.demand import needs

    if decision not in _DECISIONS:
        raise BadInput(f"{decision}: 请写 accept（采纳）或 reject（不予采纳）")
    known = next((one for one in ROLES if one == role), None)
    if known is None:
        raise BadInput(f"--role {role}: 没有这个角色，请写 {'、'.join(ROLES)}")
    person = Person(name, known)
    kept = needs.review(_store(), need, person, accept=_DECISIONS[decision], reason=reason)
    say(f"{kept.id}：{needs.STATE_LABELS[kept.need.state]}")


@app.command()
def rematch() -> None:
    """目录增加技术后，把未审结的需求重新匹配一遍，标出已有对应供给的。"""
    from recommender.cli import open_engine
    from recommender.demand import needs

    engine = open_engine()
    found = needs.rematch(_store(), engine)
    for one in found:
        names = "、".join(f"{id} {engine.catalog[id].name}" for id in one.technology_ids)
        before, now = needs.LEVEL_LABELS[one.before], needs.LEVEL_LABELS[one.now]
        say(f"{one.need_id}：{before} → {now}，对应供给：{names}")
    say(f"已有对应供给的需求：{len(found)} 项")


@app.command()
def gaps(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="另存 XLSX")] = None,
    year: Annotated[int | None, typer.Option("--year", help="征集年度，默认下一年")] = None,
    most: Annotated[int, typer.Option("--most", help="列出几个方向")] = 5,
) -> None:
    """行业 × 问题领域的缺口，最大的在前，并给出下一次征集通知的段落草稿。"""
    from catalog.files import write_atomically
    from catalog.sectors import load_sectors
    from recommender.cli import open_engine
    from recommender.demand import needs
    from recommender.demand.gaps import call_text, gap_matrix, gap_xlsx

    if most < 1:
        raise BadInput(f"--most {most}: 须为正整数，例如 --most 5")
    if output is not None and output.suffix.lower() != ".xlsx":
        raise BadInput(f"-o {output}: 后缀“{output.suffix}”不支持，请用 .xlsx")
    engine = open_engine()
    sectors = load_sectors(engine.catalog.codes)
    kept = [one.need for one in needs.all_needs(_store())]
    found = gap_matrix(engine.catalog, sectors, kept, engine=engine)
    for gap in [gap for gap in found if gap.unmet][:most]:
        say(
            f"{gap.row.label} × {gap.field_label}：技术 {gap.records} 项，"
            f"跨行业技术 {gap.general_records} 项，"
            f"弱或无匹配的需求 {gap.unmet} 项，企业 {gap.enterprises} 家"
        )
    lines = call_text(found, year or datetime.datetime.now().astimezone().year + 1, most=most)
    for line in lines:
        say(line)
    if output is not None:
        try:
            write_atomically(output, gap_xlsx(found, call=lines))
        except OSError as error:
            raise BadInput(f"{output}: 无法写入（{error.strerror}），请换一个可写的目录") from error
        say(f"已写出：{output}")


@app.command()
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="目录")],
) -> None:
    """写出技术需求目录和技术供给目录（XLSX、DOCX），按五类编排；不含企业名称。"""
    from recommender.cli import open_engine
    from recommender.demand.export import directory_files, write_files

    for path in write_files(directory_files(open_engine(), _store()), output):
        say(f"已写出：{path}")


@app.command()
def neutrality(
    project: Annotated[
        list[str] | None, typer.Option("--project", help="用这些项目的问题清单，默认随程序的示例")
    ] = None,
    k: Annotated[int, typer.Option("-k", help="看前几位")] = 10,
) -> None:
    """各供应单位在推荐结果中的占比（合计 100%）和评审回避记录。"""
    from recommender.cli import open_engine
    from recommender.demand.neutrality import exposure, recusals, report_lines

    store = _store()
    found = exposure(open_engine(), _questions(store, project or []), k=k)
    for line in report_lines(found, recusals(store)):
        say(line)


def _questions(store: Store, ids: list[str]) -> list[Query]:
    from recommender.audit.demo import demo_project, demos
    from recommender.audit.matching import problem_query
    from recommender.audit.repository import ProjectRepository

    kept = ProjectRepository(store)
    projects = [kept.open(id).project for id in ids] or [demo_project(name) for name in demos()]
    return [problem_query(project, problem) for project in projects for problem in project.problems]


@app.command("green-factory")
def green_factory(
    project: Annotated[str, typer.Argument(help="项目编号（retrofit list 可查）")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="另存证明清单（XLSX）")] = None,
) -> None:
    """项目采用的技术有几项可计入绿色工厂“采用技术”指标，逐项列出目录、版次、文号、序号。"""
    from catalog.files import write_atomically
    from catalog.load import load_catalog
    from recommender.audit.repository import ProjectRepository
    from recommender.demand import policy_table as table

    if output is not None and output.suffix.lower() != ".xlsx":
        raise BadInput(f"-o {output}: 后缀“{output.suffix}”不支持，请用 .xlsx")
    catalog = load_catalog()
    found = ProjectRepository(_store()).open(project).project
    done = table.green_factory(table.project_technologies(found, completed_only=True), catalog)
    planned = table.green_factory(table.project_technologies(found), catalog)
    say(f"已完成的方案计入 {done.count} 项；方案全部实施后计入 {planned.count} 项")
    for one in planned.proofs:
        say(
            f"{one.technology_id} {one.name}：《{one.catalogue}》（{one.edition}），"
            f"文号 {one.document_number}，序号 {one.item}，{one.class_label}"
        )
    for line in planned.warnings:
        say(f"提示：{line}")
    base, leading = table.REFERENCE_ITEMS
    say(f"参考：某平台填报表基准值 {base} 项、引领值 {leading} 项，请以现行评价要求核对")
    if output is not None:
        try:
            write_atomically(output, table.policy_xlsx(catalog, planned))
        except OSError as error:
            raise BadInput(f"{output}: 无法写入（{error.strerror}），请换一个可写的目录") from error
        say(f"已写出：{output}")
