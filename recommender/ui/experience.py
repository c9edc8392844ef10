"""What the projects of this machine teach: measured against promised, and why options were rejected."""

from __future__ import annotations

import streamlit as st

from catalog.errors import BadInput
from recommender.audit.followup import realised_ratios
from recommender.audit.project import AuditProject
from recommender.audit.screening import rejection_counts
from recommender.feedback import REASON_CODES
from recommender.ui import audit_labels as labels
from recommender.ui import projects, state


def draw() -> None:
    """Draw the experience of all projects; a ratio is shown once it rests on three results."""
    found = _all()
    ratios = [ratio for ratio in realised_ratios(found) if ratio.shown]
    counts = {code: count for code, count in rejection_counts(found).items() if count}
    with st.expander(labels.EXPERIENCE):
        catalog = state.engine().catalog
        st.caption(labels.EXPERIENCE_RATIOS)
        if ratios:
            st.dataframe(
                [
                    {
                        "编号": ratio.technology_id,
                        "技术名称": catalog[ratio.technology_id].name
                        if ratio.technology_id in catalog
                        else "",
                        "项目": ratio.label,
                        "实测/承诺（中位数）": f"{ratio.ratio:.2f}",
                        "样本数": ratio.n,
                    }
                    for ratio in ratios
                ],
                hide_index=True,
            )
        else:
            st.write(labels.EXPERIENCE_NONE)
        if counts:
            st.caption(labels.EXPERIENCE_REJECTIONS)
            st.dataframe(
                [{"原因": REASON_CODES[code], "次数": count} for code, count in counts.items()],
                hide_index=True,
            )


def _all() -> list[AuditProject]:
    repository = projects.repository()
    found = []
    for summary in repository.projects():
        try:
            found.append(repository.open(summary.id).project)
        except BadInput:
            continue  # a project of a newer program is left out, not lost
    return found
