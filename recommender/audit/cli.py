"""Command line of the consultant's desk: from the problem list to the hand-over."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.console import say
from catalog.errors import BadInput

if TYPE_CHECKING:
    from recommender.audit.project import AuditProject
    from recommender.audit.repository import ProjectRepository, Saved

app = typer.Typer(
    help="清洁生产审核方案：问题清单 → 匹配 → 筛选 → 经济评估 → 组合 → 交付。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ProjectArgument = Annotated[str, typer.Argument(help="项目编号（retrofit list 可查）")]
JSON_FORMAT = Annotated[str, typer.Option("--format", help="text 或 json")]
NOT_CALCULATED = "未计算"


def repository() -> ProjectRepository:
    """Return the projects of this machine."""
    from catalog.store import Store
    from recommender.audit.repository import ProjectRepository

    return ProjectRepository(Store.open())


def _save(kept: ProjectRepository, saved: Saved, project: AuditProject) -> Saved:
    return kept.save(saved.id, project, revision=saved.revision)


def _check_format(file_format: str) -> None:
    if file_format not in ("text", "json"):
        raise BadInput(f"--format {file_format}: 不支持，请用 text、json")


def _shown(value: float | None, digits: int = 2) -> str:
    return NOT_CALCULATED if value is None else f"{value:.{digits}f}"


@app.command("list")
def list_projects() -> None:
    """列出本机的项目。"""
    found = repository().projects()
    for summary in found:
        say(f"{summary.id}  {summary.name}  第 {summary.revision} 版  {summary.saved_at}")
    say(f"共 {len(found)} 个项目")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="企业名称")],
    industry: Annotated[str, typer.Option("--industry", help="GB/T 4754 代码、名称或俗称")] = "",
    region: Annotated[str, typer.Option("--region", help="电力排放因子的地区")] = "重庆",
    rate: Annotated[float | None, typer.Option("--rate", help="贴现率，例如 0.08")] = None,
    id: Annotated[str | None, typer.Option("--id", help="项目编号，默认自动生成")] = None,
) -> None:
    """新建项目。"""
    from catalog.codes import load_codes
    from catalog.factors import co2_factor
    from catalog.parsing import parsed
    from catalog.paths import DATA_DIR
    from recommender.audit.project import AuditProject, Profile
    from recommender.query import read_industry

    co2_factor("electricity", region=region)
    code = ""
    if industry:
        reading = read_industry(industry, load_codes(DATA_DIR / "codes"))
        if reading.code is None:
            raise BadInput(f"--industry {industry}: {reading.warning}")
        code = reading.code
    profile = parsed(
        Profile,
        {"name": name, "industry": code, "region": region, "discount_rate": rate},
        where="企业",
    )
    saved = repository().create(AuditProject(profile=profile), id=id)
    say(f"已新建项目 {saved.id}：{name}")


@app.command("import")
def import_problems(
    project: ProjectArgument,
    source: Annotated[Path, typer.Argument(help="问题清单：.xlsx 或 .csv")],
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="指定列，写成 字段=列名，字段有 number、process、text、department …"),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="替换已有问题清单，而不是追加")] = False,
) -> None:
    """导入问题清单；列名自动识别，看不准的用 --column 指定。"""
    from recommender.audit.aspects import guess_aspect
    from recommender.audit.problem_list import guess_columns, problems_from, read_table

    table = read_table(_content(source), source.name)
    columns = guess_columns(table)
    for pair in column or []:
        field, sign, header = pair.partition("=")
        if not sign or header not in table.header:
            raise BadInput(f"--column {pair}: 请写成 字段=列名；现有列：{'、'.join(table.header)}")
        columns = {key: value for key, value in columns.items() if value != header} | {field: header}
    kept = repository()
    saved = kept.open(project)
    before = () if replace else saved.project.problems
    added, faults = problems_from(table, columns, existing=before)
    added = tuple(
        p if p.cause_aspect else p.model_copy(update={"cause_aspect": guess_aspect(p.text, p.process)})
        for p in added
    )
    values: dict[str, Any] = {"problems": (*before, *added)}
    if replace:
        values |= {"matches": (), "options": _without_problems(saved.project)}
    _save(kept, saved, saved.project.changed(**values))
    say("列：" + "，".join(f"{field}={header}" for field, header in columns.items()))
    for fault in faults:
        say(f"提示：{fault}")
    skipped, total = len(table.rows) - len(added), len(before) + len(added)
    say(f"已导入 {len(added)} 条，跳过 {skipped} 条；项目现有问题 {total} 条")


def _without_problems(project: AuditProject) -> tuple[Any, ...]:
    return tuple(option.model_copy(update={"problem_ids": ()}) for option in project.options)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: 无法读取（{error.strerror}），请检查文件路径") from error


@app.command()
def match(
    project: ProjectArgument,
    k: Annotated[int | None, typer.Option("-k", help="每条最多几项，默认按项目设置")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="另存匹配表：.xlsx、.csv 或 .jsonl")
    ] = None,
) -> None:
    """为每条问题匹配技术，同一技术合并为一个方案；中断后再次运行会接着做。"""
    from recommender.audit.match_table import write_match_table
    from recommender.audit.matching import match_problems, merge_options
    from recommender.cli import open_engine

    kept = repository()
    saved = kept.open(project)
    if not saved.project.problems:
        raise BadInput(f"项目 {project} 没有问题清单，请先运行 retrofit import {project} 文件")
    engine = open_engine()
    progress, close = _bar("正在匹配")
    try:
        matched, _ = match_problems(
            engine, saved.project, store=kept.store, job=kept.job(project), k=k, progress=progress
        )
    finally:
        close()
    merged = merge_options(matched, engine.catalog)
    _save(kept, saved, merged)
    found = sum(one.verdict == "matched" for one in merged.matches)
    if output is not None:
        write_match_table(output, merged, engine.catalog)
        say(f"匹配表：{output}")
    say(f"共 {len(merged.matches)} 条：匹配 {found} 条，未匹配 {len(merged.matches) - found} 条；"
        f"方案 {len(merged.options)} 个")  # fmt: skip


def _bar(title: str) -> tuple[Any, Any]:
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    state: dict[str, Any] = {}

    def report(done: int, total: int) -> None:
        if "task" not in state:
            bar.start()
            state["task"] = bar.add_task(title, total=total)
        bar.update(state["task"], completed=done)

    def close() -> None:
        if "task" in state:
            bar.stop()

    return report, close


@app.command()
def screen(project: ProjectArgument) -> None:
    """按简易比较的结果分出可行的无/低费、初步可行的中/高费和不可行方案，并列出还缺什么。"""
    from recommender.audit import ranking, screening
    from recommender.audit.savings import check_savings
    from recommender.audit.valuation import COST_CLASS_LABELS, value_all

    kept = repository()
    saved = kept.open(project)
    valuations = value_all(saved.project)
    screened = screening.screened(saved.project, valuations)
    _save(kept, saved, screened)
    for option in screened.options:
        kind = valuations[option.id].cost_class
        cost = COST_CLASS_LABELS[kind] if kind else "费用待定"
        reason = f"：{option.outcome_reason}" if option.outcome_reason else ""
        say(f"{option.id} {option.name}  {cost}  {screening.OUTCOME_LABELS[option.outcome]}{reason}")
    for group in dict.fromkeys(option.group for option in screened.options if option.ratings):
        for ranked in ranking.rank_options(screened, group=group or None):
            say(f"权重计分 {group} 第 {ranked.rank} 名 {ranked.option_id}：{ranked.total} 分")
    faults = check_savings(screened)
    for line in (*faults, *screening.open_points(screened, valuations)):
        say(f"待办：{line}")
    if faults:
        raise BadInput(f"节约量超过现状 {len(faults)} 处，见上；请核对数量或单位")


@app.command()
def economics(project: ProjectArgument, file_format: JSON_FORMAT = "text") -> None:
    """逐个方案计算 N、NPV、NPVR、IRR、节能量和减碳量；缺数据的写未计算并点名。"""
    from recommender.audit.uncertainty import simulate
    from recommender.audit.valuation import value_all

    _check_format(file_format)
    found = repository().open(project).project
    valuations = value_all(found)
    spreads = {option.id: simulate(found, option) for option in found.options}
    if file_format == "json":
        content = [
            {
                "id": option.id,
                "name": option.name,
                **valuations[option.id].economics.as_json(),
                "tce": valuations[option.id].tce.value,
                "co2_t": valuations[option.id].co2.value,
                "factors": [*valuations[option.id].tce.rows, *valuations[option.id].co2.rows],
                "missing": list(valuations[option.id].missing),
                "acceptance": valuations[option.id].acceptance.verdict,
            }
            for option in found.options
        ]
        say(json.dumps(content, ensure_ascii=False, indent=2))
        return
    for option in found.options:
        value = valuations[option.id]
        result = value.economics
        say(f"{option.id} {option.name}")
        if value.missing:
            say(f"   {NOT_CALCULATED}，缺少：{'、'.join(value.missing)}")
        else:
            irr = NOT_CALCULATED if result.irr is None else f"{result.irr:.2%}"
            say(
                f"   投资 {_shown(result.inputs.investment_wan_yuan)} 万元，年节省 "
                f"{_shown(value.annual_saving_wan_yuan)} 万元，N {_shown(result.payback_years)} 年，"
                f"NPV {_shown(result.npv_wan_yuan)} 万元，IRR {irr}"
            )
        spread = spreads[option.id]
        if spread is not None and not spread.constant:
            say(
                f"   NPV P10/P50/P90：{_shown(spread.npv.p10)} / {_shown(spread.npv.p50)} / "
                f"{_shown(spread.npv.p90)} 万元；回收期在限期内的概率 {spread.chance_payback_within:.0%}"
            )
        for name, amount, unit in (("节能", value.tce, "tce/a"), ("减碳", value.co2, "tCO2/a")):
            gap = f"（缺少：{'、'.join(amount.missing)}）" if amount.missing else ""
            if amount.rows or amount.missing:
                say(f"   {name} {_shown(amount.value)} {unit}{gap}")
        for note in value.notes:
            say(f"   提示：{note}")


@app.command()
def package(
    project: ProjectArgument,
    budget: Annotated[float | None, typer.Option("--budget", help="预算，万元")] = None,
    payback: Annotated[float | None, typer.Option("--payback", help="组合的回收期上限，年")] = None,
    criterion: Annotated[str, typer.Option("--criterion", help="npv、annual_saving 或 co2")] = "npv",
) -> None:
    """在预算和回收期限内选出最优组合；互斥、前置和共用物流能流都算在内。"""
    from catalog.parsing import parsed
    from recommender.audit.package import choose_package
    from recommender.audit.project import PackageSettings

    kept = repository()
    saved = kept.open(project)
    settings = parsed(
        PackageSettings,
        {"budget_wan_yuan": budget, "payback_limit_years": payback, "criterion": criterion},
        where="组合",
    )
    chosen = choose_package(saved.project, settings=settings)
    _save(kept, saved, saved.project.changed(package=settings, chosen=chosen.ids))
    say("组合：" + ("、".join(f"{i} {saved.project.option(i).name}" for i in chosen.ids) or "无"))
    value = chosen.value
    say(
        f"投资 {_shown(value.investment_wan_yuan)} 万元，年节省 {_shown(value.annual_saving_wan_yuan)} 万元，"
        f"N {_shown(value.payback_years)} 年，NPV {_shown(value.npv_wan_yuan)} 万元"
    )
    for line in (chosen.reason, *chosen.warnings):
        if line:
            say(f"提示：{line}")
    for bound in chosen.binding:
        say(f"起约束作用：{bound.label}")
    for option, reason in chosen.left_out:
        say(f"未参与：{option} {reason}")
    say(chosen.model)


@app.command()
def export(
    project: ProjectArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="目录")],
    template: Annotated[str, typer.Option("--template", help="报告章名：manual 或 hj469")] = "manual",
) -> None:
    """交付：方案汇总表 XLSX、第四五章 DOCX、推荐凭证、图表 PNG 和项目文件。"""
    from recommender.audit.delivery import deliver
    from recommender.cli import open_engine

    kept = repository()
    saved = kept.open(project)
    today = datetime.datetime.now().astimezone().date()
    for path in deliver(open_engine(), saved.project, output, template=template, today=today):
        say(f"已写出：{path}")


@app.command("open")
def open_file(source: Annotated[Path, typer.Argument(help="“导出项目”得到的文件")]) -> None:
    """导入一个项目文件，成为本机的新项目。"""
    from recommender.audit.repository import read_file

    saved = repository().create(read_file(source))
    say(f"已导入项目 {saved.id}：{saved.project.profile.name}")


@app.command("save")
def save_file(
    project: ProjectArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="项目文件，例如 甲厂.qyproject.json")],
) -> None:
    """把项目存成一个文件。"""
    from recommender.audit.repository import write_file

    write_file(repository().open(project).project, output)
    say(f"已写出：{output}")


@app.command()
def duplicate(project: ProjectArgument) -> None:
    """复制项目。"""
    saved = repository().duplicate(project)
    say(f"已复制为项目 {saved.id}：{saved.project.profile.name}")


@app.command()
def remove(project: ProjectArgument) -> None:
    """删除项目（先用 retrofit save 留底）。"""
    repository().remove(project)
    say(f"已删除项目 {project}")


@app.command()
def demo(
    name: Annotated[str, typer.Argument(help="plating（电镀车间，50 条）或 steel（钢铁厂，30 条）")],
    output: Annotated[Path, typer.Option("--output", "-o", help="目录")],
    keep: Annotated[bool, typer.Option("--keep", help="同时存入本机项目，可在应用中打开")] = False,
) -> None:
    """跑一遍随程序的示例：导入、匹配、筛选、测算、组合、交付。"""
    from recommender.audit.demo import run_demo
    from recommender.cli import open_engine

    progress, close = _bar("正在匹配")
    try:
        project, paths = run_demo(open_engine(), name, output, progress=progress)
    finally:
        close()
    if keep:
        say(f"已存为项目 {repository().create(project).id}")
    for path in paths:
        say(f"已写出：{path}")
