"""技术匹配: describe a problem, read ranked technologies."""

from __future__ import annotations

import datetime

import streamlit as st

from catalog import BadInput, display
from recommender import labels as words
from recommender.audit.adding import add_match
from recommender.audit.project import AuditProject, Profile
from recommender.engine import Match, MatchResult, RecommenderEngine
from recommender.feedback import REASON_CODES, save_feedback
from recommender.quantities import WindowCheck
from recommender.query import Query
from recommender.report import comparison_rows, result_docx, result_xlsx
from recommender.ui import audit_labels, components, labels, needs, projects, state

_MOST_COMPARED = 4
_DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page() -> None:
    """Draw the page."""
    engine = state.engine()
    for warning in state.restore_from_link(engine.catalog.codes):
        st.warning(warning)
    state.keep()
    st.title(labels.PAGES["match"], anchor=False)
    st.write(labels.MATCH_INTRO)
    _inputs(engine)
    if not st.session_state[state.ASKED]:
        return
    text = st.session_state[state.TEXT] or ""
    query = Query(
        text,
        st.session_state.get(state.INDUSTRY),
        filters=state.chosen_filters(),
        ignored_constraints=_constraints(engine, text),
    )
    try:
        result = engine.match(query)
    except BadInput as error:
        st.error(str(error))
        return
    state.write_link(query.text, query.industry, query.filters)
    _filters(engine, result)
    _results(engine, result)


def _inputs(engine: RecommenderEngine) -> None:
    vocabulary = engine.catalog.codes["industries"]

    def shown(code: str) -> str:
        if code not in vocabulary:
            return code
        row = vocabulary[code]
        return f"{row.label}（{code}）" + (" · " + "、".join(row.aliases) if row.aliases else "")

    st.selectbox(
        labels.INDUSTRY,
        [row.code for row in vocabulary],
        index=None,
        format_func=shown,
        placeholder=labels.INDUSTRY_PLACEHOLDER,
        key=state.INDUSTRY,
        accept_new_options=True,
    )
    st.text_area(
        labels.TEXT,
        key=state.TEXT,
        help=labels.TEXT_HELP,
        placeholder=labels.TEXT_PLACEHOLDER,
        height=90,
    )
    st.button(labels.MATCH, type="primary", on_click=_ask)
    st.caption(labels.EXAMPLES_LABEL)
    with st.container(horizontal=True):
        for number, (industry, text) in enumerate(labels.EXAMPLES):
            st.button(text, key=f"example_{number}", on_click=_ask, args=(industry, text))


def _constraints(engine: RecommenderEngine, text: str) -> frozenset[str]:
    """Draw a chip for each constraint found; return the keys of those taken away."""
    found = engine.read(text).constraints if text.strip() else ()
    if not found:
        return frozenset()
    names = {constraint.key: constraint.label for constraint in found}
    kept = st.pills(
        labels.CONSTRAINTS,
        list(names),
        selection_mode="multi",
        default=list(names),
        format_func=lambda key: names[key],
        key=f"{state.CONSTRAINTS}:{'|'.join(names)}",
    )
    return frozenset(names) - frozenset(kept)


def _ask(industry: str | None = None, text: str | None = None) -> None:
    if text is not None:
        st.session_state[state.TEXT] = text
        st.session_state[state.INDUSTRY] = industry
    st.session_state[state.ASKED] = True
    st.session_state[state.COMPARED] = []


def _filters(engine: RecommenderEngine, result: MatchResult) -> None:
    codes = engine.catalog.codes
    used = sum(len(getattr(result.query.filters, facet)) for facet in labels.FACETS)
    with st.expander(labels.FILTERS + (f"（{used}）" if used else ""), expanded=bool(used)):
        columns = st.columns(3)
        for number, (facet, (title, vocabulary)) in enumerate(labels.FACETS.items()):
            counts = result.facets[facet]
            chosen = getattr(result.query.filters, facet)
            options = [row.code for row in codes[vocabulary] if counts[row.code] or row.code in chosen]

            def shown(code: str, name: str = vocabulary, facet_name: str = facet) -> str:
                return f"{codes.label(name, code)}（{result.facets[facet_name][code]}）"

            columns[number % 3].multiselect(title, options, key=state.FACET_PREFIX + facet, format_func=shown)


def _results(engine: RecommenderEngine, result: MatchResult) -> None:
    chips = words.CONSTRAINTS_APPLIED.split("{", maxsplit=1)[0]
    for warning in result.warnings:
        if not warning.startswith(chips):
            st.warning(components.plain(warning))
    if not result.matches:
        st.info(f"**{labels.NOTHING}**\n\n{result.none_reason}")
        needs.offer(result)
        return
    st.markdown(f"**{labels.FOUND.format(count=len(result.matches))}**")
    st.caption(labels.EXACT_LEGEND)
    if result.uncovered:
        st.warning(components.plain(labels.UNCOVERED.format(needs=words.join(result.uncovered))))
    _question(result)
    good = [match for match in result.matches if match.level != "weak"]
    weak = [match for match in result.matches if match.level == "weak"]
    for match in good:
        _card(engine, result, match)
    if weak:
        with st.expander(labels.WEAK.format(count=len(weak)), expanded=not good):
            for match in weak:
                _card(engine, result, match)
    _comparison(engine, result)
    _downloads(engine, result)
    with st.expander(labels.SHARE):
        st.code(_link(), language=None)
    needs.offer(result)


def _question(result: MatchResult) -> None:
    """Offer the one question whose answer would change the first results most."""
    if result.question is None:
        return
    with st.container(border=True):
        st.markdown(components.plain(labels.QUESTION.format(text=result.question.text)))
        if not result.question.unit:
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(labels.QUESTION_ANSWER.format(unit=result.question.unit), key=state.ANSWER)
            st.button(
                labels.QUESTION_ADD, on_click=_answer, args=(result.question.about, result.question.unit)
            )


def _answer(about: str, unit: str) -> None:
    value = (st.session_state.get(state.ANSWER) or "").strip()
    try:
        number = float(value)
    except ValueError:
        st.error(labels.QUESTION_BAD.format(value=value))
        return
    st.session_state[state.TEXT] = f"{st.session_state[state.TEXT]}，{about}{number:g}{unit}"
    st.session_state[state.ANSWER] = ""


def _link() -> str:
    from urllib.parse import urlencode

    pairs = [(key, value) for key in st.query_params for value in st.query_params.get_all(key)]
    base = (st.context.url or "").split("?")[0]
    return f"{base}?{urlencode(pairs)}"


def _card(engine: RecommenderEngine, result: MatchResult, match: Match) -> None:
    t, why = match.technology, match.explanation
    catalog = engine.catalog
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"##### {match.rank}. {components.plain(t.name)}", width="content")
            st.badge(
                labels.LEVEL_BADGE.format(level=words.LEVELS[match.level]),
                color=labels.LEVEL_COLORS[match.level],  # type: ignore[arg-type]
            )
        related = [known for _, known in why.related] + [asked for asked, _ in why.related]
        st.write(components.highlight(t.summary, why.shared, related))
        sentence = components.highlight(why.sentence, why.shared, related)
        alike = [f"**{words.ALIKE}**：{sentence}"] if why.sentence_field == "problems" else []
        if not alike and why.exact:
            alike = [components.plain(words.REASON_EXACT.format(words=words.join(why.exact)))]
        lines = [*alike, components.plain(why.relation_text)]
        if match.covers:
            lines.append(f"**{labels.COVERS}**：{components.plain(words.join(list(match.covers)))}")
        lines += [_window(check) for check in match.windows]
        lines += [components.plain(note) for note in match.notes]
        if why.related:
            pairs = words.join([f"{asked}≈{known}" for asked, known in why.related])
            lines.append(words.REASON_RELATED.format(words=components.plain(pairs)))
        st.markdown("  \n".join(lines))
        facts = [
            f"**{labels.CONDITIONS}**：{components.plain('；'.join(t.applicability.preconditions[:2]))}",
            f"**{labels.NOT_SUITABLE}**：{components.plain('；'.join(t.applicability.not_suitable[:2]))}",
        ]
        facts += [
            f"**{labels.POLICY}**：{components.plain(display.citation(s, catalog.policy))}"
            for s in t.sources[:1]
        ]
        st.markdown("  \n".join(facts))
        _actions(engine, result, match)


def _window(check: WindowCheck) -> str:
    told = f"（描述为 {check.written}）" if check.written else ""
    text = components.plain(f"{check.parameter} {check.limits}{told}")
    state_word = labels.WINDOW_WORDS[check.state]
    return f":{labels.WINDOW_COLORS[check.state]}-badge[{state_word}] {text}"


def _actions(engine: RecommenderEngine, result: MatchResult, match: Match) -> None:
    t = match.technology
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(labels.DETAIL, key=f"detail_{t.id}"):
            components.detail_dialog(engine.catalog, t)
        compared: list[str] = st.session_state[state.COMPARED]
        full = len(compared) >= _MOST_COMPARED and t.id not in compared
        st.checkbox(
            labels.COMPARE,
            key=f"compare_{t.id}",
            value=t.id in compared,
            disabled=full,
            help=labels.COMPARE_FULL if full else None,
            on_change=_toggle,
            args=(t.id,),
        )
        with st.popover(labels.SCORE_PARTS):
            for name, value in match.explanation.parts.items():
                if value:
                    st.write(f"{words.PARTS[name]}：{value:.3f}")
            st.write(f"**{match.score:.3f}**")
            st.caption(labels.CHANCE.format(share=match.probability))
        with st.popover(labels.NOT_FITTING):
            _feedback(result, t.id)
        _add_to_project(engine, result, match)


def _add_to_project(engine: RecommenderEngine, result: MatchResult, match: Match) -> None:
    """Put a result into the project at hand with one click; without one, ask which."""
    saved = projects.current()
    key = f"add_{match.technology.id}"
    if saved is not None:
        if st.button(audit_labels.ADD_TO_PROJECT, key=key, help=saved.project.profile.name):
            _added(engine, result, match)
        return
    with st.popover(audit_labels.ADD_TO_PROJECT):
        names = {summary.id: summary.name for summary in projects.repository().projects()}
        chosen = st.selectbox(
            audit_labels.ADD_CHOOSE,
            ["", *names],
            format_func=lambda id: names.get(id, audit_labels.ADD_NEW),
            key=f"{key}_project",
        )
        name = st.text_input(audit_labels.NEW_NAME, key=f"{key}_name") if not chosen else ""
        if st.button(audit_labels.ADD_CONFIRM, key=key):
            if not chosen:
                profile = Profile(
                    name=name.strip() or audit_labels.UNTITLED, industry=result.industry_code or ""
                )
                chosen = projects.repository().create(AuditProject(profile=profile)).id
            projects.open_project(chosen)
            _added(engine, result, match)


def _added(engine: RecommenderEngine, result: MatchResult, match: Match) -> None:
    saved = projects.current()
    assert saved is not None
    project, option = add_match(saved.project, result.query.text, match, engine.catalog)
    projects.commit(project, reread=True)
    st.toast(audit_labels.ADDED.format(name=project.profile.name, option=option))


def _toggle(technology_id: str) -> None:
    compared: list[str] = st.session_state[state.COMPARED]
    if technology_id in compared:
        compared.remove(technology_id)
    else:
        compared.append(technology_id)


def _feedback(result: MatchResult, technology_id: str) -> None:
    reason = st.selectbox(
        labels.FEEDBACK_REASON,
        list(REASON_CODES),
        format_func=lambda code: REASON_CODES[code],
        key=f"reason_{technology_id}",
    )
    note = st.text_input(labels.FEEDBACK_NOTE, key=f"note_{technology_id}")
    if st.button(labels.FEEDBACK_SAVE, key=f"save_{technology_id}"):
        try:
            save_feedback(
                technology_id,
                text=result.query.text,
                industry=result.query.industry,
                reason=reason,
                note=note,
            )
        except BadInput as error:
            st.error(str(error))
        else:
            st.success(labels.FEEDBACK_SAVED)


def _comparison(engine: RecommenderEngine, result: MatchResult) -> None:
    chosen = [m for m in result.matches if m.technology.id in st.session_state[state.COMPARED]]
    if len(chosen) < 2:
        st.caption(labels.COMPARE_HINT)
        return
    st.markdown(f"**{labels.COMPARE_TITLE}**")
    names = [match.technology.name for match in chosen]
    rows = comparison_rows(engine.catalog, chosen)
    st.table(
        {
            "": [label for label, _ in rows],
            **{name: [cells[i] for _, cells in rows] for i, name in enumerate(names)},
        }
    )


def _downloads(engine: RecommenderEngine, result: MatchResult) -> None:
    today = datetime.datetime.now().astimezone().date()
    with st.container(horizontal=True):
        st.download_button(
            labels.DOWNLOAD_DOCX,
            lambda: result_docx(engine.catalog, result, today=today),
            file_name="清洁生产技术匹配结果.docx",
            mime=_DOCX_TYPE,
            on_click="ignore",
        )
        st.download_button(
            labels.DOWNLOAD_XLSX,
            lambda: result_xlsx(engine.catalog, result),
            file_name="清洁生产技术匹配结果.xlsx",
            mime=_XLSX_TYPE,
            on_click="ignore",
        )
