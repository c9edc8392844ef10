"""The hand-over of a project: table, report chapters, slip, charts and the project file, in one folder."""

from __future__ import annotations

import datetime
from pathlib import Path

from catalog.errors import BadInput
from catalog.files import write_atomically
from recommender.audit import charts
from recommender.audit.matching import problem_query
from recommender.audit.project import AuditProject
from recommender.audit.report import report_docx
from recommender.audit.repository import SUFFIX, as_file
from recommender.audit.valuation import value_all
from recommender.audit.workbook import project_xlsx
from recommender.engine import RecommenderEngine
from recommender.slip import make_slip, slip_bytes, write_slip_docx

TABLE_NAME = "方案汇总表.xlsx"
REPORT_NAME = "审核报告第四五章.docx"
SLIP_NAME = "推荐凭证.json"
SLIP_PAGE_NAME = "推荐凭证.docx"
CHART_NAMES = {
    "abatement_chart": "减排成本曲线.png",
    "effort_chart": "投入与节省.png",
    "payback_chart": "回收期分布.png",
    "gantt_chart": "实施进度.png",
}


def package_files(
    engine: RecommenderEngine, project: AuditProject, *, template: str = "manual", today: datetime.date
) -> dict[str, bytes]:
    """Return the files of the hand-over by name; the same project and day give the same bytes.

    Raises:
        BadInput: unknown template, or a unit of the project that fits no price.
    """
    catalog = engine.catalog
    valuations = value_all(project)
    slip = make_slip(engine, [problem_query(project, problem) for problem in project.problems])
    files = {
        TABLE_NAME: project_xlsx(project, catalog),
        REPORT_NAME: report_docx(project, catalog, template=template, today=today),
        SLIP_NAME: slip_bytes(slip),
        SLIP_PAGE_NAME: write_slip_docx(slip, today=today),
        f"项目{SUFFIX}": as_file(project),
    }
    for function, name in CHART_NAMES.items():
        files[name] = charts.png(getattr(charts, function)(project, valuations))
    return files


def deliver(
    engine: RecommenderEngine,
    project: AuditProject,
    folder: Path,
    *,
    template: str = "manual",
    today: datetime.date,
) -> list[Path]:
    """Write the files of the hand-over into ``folder`` and return their paths.

    Raises:
        BadInput: the folder cannot be written, or as ``package_files``.
    """
    paths = []
    for name, content in package_files(engine, project, template=template, today=today).items():
        try:
            write_atomically(folder / name, content)
        except OSError as error:
            raise BadInput(f"{folder}: 无法写入（{error.strerror}），请换一个可写的目录") from error
        paths.append(folder / name)
    return paths
