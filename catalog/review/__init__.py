"""Review of nominations: the flow as data, dossiers and their history, experts, scoring."""
