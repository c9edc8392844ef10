"""Command line of the nominations: the form to fill in, reading a filled one, the formal check."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.console import say
from catalog.errors import BadInput
from catalog.files import write_atomically
from catalog.nominations.form import LABELS
from catalog.paths import DATA_DIR

if TYPE_CHECKING:
    from catalog.load import Catalog
    from catalog.nominations.form import Nomination
    from catalog.nominations.reader import FormReading

app = typer.Typer(
    help="申报：申报表模板、读取填好的申报表、形式审查和查重。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

FormArgument = Annotated[Path, typer.Argument(help="填好的申报表（.xlsx 或 .docx）")]
FormatOption = Annotated[str, typer.Option("--format", help="text 或 json")]
RulesOption = Annotated[str, typer.Option("--rules", help="形式审查规则：city 或 ministry")]
DataOption = Annotated[Path, typer.Option("--data", help="数据目录（默认随程序提供的 data/）")]

_SHOWN = 60


@app.command()
def template(
    output: Annotated[Path, typer.Option("--output", "-o", help="申报表文件，后缀 .xlsx 或 .docx")],
    rules: RulesOption = "city",
) -> None:
    """写出空白申报表：.xlsx 带下拉列表和填写说明，.docx 供打印和盖章。"""
    from catalog.nominations.template import form_docx, form_xlsx

    writers = {".xlsx": form_xlsx, ".docx": form_docx}
    writer = writers.get(output.suffix.lower())
    if writer is None:
        raise BadInput(f"-o {output}: 后缀“{output.suffix}”不支持，请用 .xlsx 或 .docx")
    content = writer(rules=rules)
    try:
        write_atomically(output, content)
    except OSError as error:
        raise BadInput(f"-o {output}: 无法写入（{error.strerror}），请换一个可写的目录") from error
    say(f"已写出：{output}")


@app.command()
def read(file: FormArgument, file_format: FormatOption = "text") -> None:
    """读取填好的申报表：逐项列出内容和位置，读不出的写明应如何改；有读不出的内容时退出码为 1。"""
    reading = _reading(file, file_format)
    if file_format == "json":
        say(json.dumps(_as_json(reading), ensure_ascii=False, indent=1))
    else:
        for line in _as_text(reading):
            say(line)
    if reading.faults:
        raise typer.Exit(1)


@app.command()
def check(
    file: FormArgument,
    rules: RulesOption = "city",
    today: Annotated[str | None, typer.Option("--today", help="审查日期，例如 2026-11-21；默认当天")] = None,
    edition: Annotated[
        list[Path] | None, typer.Option("--edition", help="查重比对的年度目录（JSON）")
    ] = None,
    data: DataOption = DATA_DIR,
) -> None:
    """读取填好的申报表，作形式审查和查重；有不合格项或读不出的内容时退出码为 1。"""
    from catalog.load import load_catalog
    from catalog.nominations.reader import accepted

    day = _day(today)
    reading = _reading(file, "text")
    form = accepted(reading, reading.readable)
    for fault in reading.faults:
        say(f"读不出：{fault}")
    catalog = load_catalog(data)
    failed = _formal_check(form, day, rules, catalog)
    _duplicates(form, edition or [], catalog)
    if failed or reading.faults:
        raise typer.Exit(1)


def _day(text: str | None) -> datetime.date:
    if text is None:
        return datetime.datetime.now().astimezone().date()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"--today {text}: 不是日期，请写成 2026-11-21") from error


def _reading(file: Path, file_format: str) -> FormReading:
    from catalog.nominations.reader import read_form

    if file_format not in ("text", "json"):
        raise BadInput(f"--format {file_format}: 不支持，请用 text、json")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: 无法读取（{error.strerror}），请检查文件路径") from error
    return read_form(content, file.name)


def _as_json(reading: FormReading) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime.date) else value

    return {
        "name": reading.name,
        "fields": [
            {
                "field": one.field, "label": one.label, "text": one.text, "value": plain(one.value),
                "place": one.place, "fault": one.fault, "note": one.note,
            }
            for one in reading.fields
        ],
        "missing": list(reading.missing),
        "unknown": [{"label": one.label, "text": one.text, "place": one.place} for one in reading.unknown],
        "rest": [{"text": one.text, "place": one.place} for one in reading.rest],
        "notes": list(reading.notes),
    }  # fmt: skip


def _as_text(reading: FormReading) -> list[str]:
    lines = [
        f"{one.label}：{_short(one.text)}（{'；'.join(filter(None, (one.place, one.note)))}）"
        for one in reading.fields
        if not one.fault
    ]
    lines += [f"读不出：{fault}" for fault in reading.faults]
    lines += [f"未识别的栏目 {one.label}：{_short(one.text)}（{one.place}）" for one in reading.unknown]
    lines += [f"未使用的文字：{_short(one.text)}（{one.place}）" for one in reading.rest]
    lines += list(reading.notes)
    if reading.missing:
        lines.append(f"未提供：{'、'.join(reading.missing)}")
    read_count = sum(not one.fault for one in reading.fields)
    return [*lines, f"共读出 {read_count} 项，读不出 {len(reading.faults)} 项：{reading.name}"]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 2]}……"


def _formal_check(form: Nomination, day: datetime.date, rules: str, catalog: Catalog) -> bool:
    """Tell what the form fails; return whether it fails anything."""
    from catalog.nominations.rules import RuleContext, check, rule_set

    findings = check(form, today=day, rules=rules, context=RuleContext.of(catalog))
    for finding in findings:
        say(f"不合格：{finding.rule}；{finding.field}：{finding.value}；{finding.remedy}")
    if any(finding.field == LABELS["attachments"] for finding in findings):
        say("申报表文件不含附件，附件在申报页面上传后再审")
    told = f"{len(findings)} 项不合格" if findings else "全部合格"
    say(f"{rule_set(rules).label}（{day.isoformat()}）：{told}")
    return bool(findings)


def _duplicates(form: Nomination, editions: list[Path], catalog: Catalog) -> None:
    """Tell the known technologies the form resembles; whether it is one of them, a person decides."""
    from catalog.editions.edition import read_edition
    from catalog.nominations.duplicates import DuplicateIndex, is_duplicate

    index = DuplicateIndex(catalog, [read_edition(path) for path in editions])
    found = [candidate for candidate in index.find(form) if is_duplicate(candidate)]
    for candidate in found:
        say(f"疑似重复：{candidate.line}")
    say(f"查重：{f'{len(found)} 项疑似重复，请人工核对' if found else '未发现疑似重复'}")
