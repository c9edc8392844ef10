"""What the tests of the official's pages share: open a page as somebody, read what came of a press."""

from tests.app.elements import opened


def page(key, person=None):
    """Open one page of the official's desk as a person."""

    def script(key, name, role, unit):
        import streamlit as st

        from recommender.ui.pages import official

        if name and "who_name" not in st.session_state:
            st.session_state["who_name"] = name
            st.session_state["who_role"] = role
            st.session_state["who_unit"] = unit
        official.PAGES[key]()

    who = {"name": None, "role": None, "unit": None}
    if person is not None:
        who = {"name": person.name, "role": person.role, "unit": person.unit}
    return opened(script, key=key, **who)


def outcome(app):
    """The outcome of a press, without the signs that keep it from being read as Markdown."""
    elements = [*app.warning, *app.error, *app.success]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")
