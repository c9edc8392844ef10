"""Nominations (征集/申报): the form, its template and reader, the rules, the duplicate check."""
