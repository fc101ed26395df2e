"""``callsvc bench afternoon``: the real service through an afternoon, held against the twin."""
