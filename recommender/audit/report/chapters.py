"""Chapters 4 and 5 of the audit report from a project: what was proposed, screened, assessed, chosen.

Nothing is added that the project, its calculations or a record of the catalogue do not hold:
what is missing is named, what comes from the catalogue says so, and effects for the worse
stand beside those for the better.
"""

from __future__ import annotations

import datetime

from catalog import Catalog
from recommender.audit.project import AuditProject
from recommender.audit.report.content import Draft, Note, Outline, Report, outline
from recommender.audit.report.feasibility import feasibility_chapter
from recommender.audit.report.options import option_chapter


def report_content(project: AuditProject, catalog: Catalog, *, template: str, today: datetime.date) -> Report:
    """Return chapters 4 and 5 of a project as a view model.

    Args:
        project: the audit project.
        catalog: vocabularies, records and policy documents the project refers to.
        template: name in ``data/audit/report_templates.yaml``.
        today: date printed on top.

    Raises:
        BadInput: unknown template, or a unit that does not fit its price or factor.
    """
    chosen = outline(template)
    draft = Draft(project, catalog)
    chapters = (option_chapter(draft, chosen.options), feasibility_chapter(draft, chosen.feasibility))
    return Report(
        title=f"{project.profile.name} 清洁生产审核报告",
        subtitle=f"第{chosen.options.number}章、第{chosen.feasibility.number}章（{today.isoformat()}）",
        notes=_front_notes(draft, chosen),
        chapters=chapters,
        sources_heading=chosen.sources.text,
        sources=draft.sources.entries,
    )


def _front_notes(draft: Draft, chosen: Outline) -> tuple[Note, ...]:
    notes = [Note("本文为示例：标有（示例）的数值均为虚构，不得引用。")] if draft.project.is_example else []
    notes.append(
        Note(
            "数值后的标记：（估）工程估计，（声称）供应方声称，（示例）示例数值；由这些数值算得的结果标同样的标记。"
            f"方括号内的数字为文末“{chosen.sources.title}”的序号，结果未另注来源的按所列公式由有来源的数值算得。"
        )
    )
    return tuple(notes)
