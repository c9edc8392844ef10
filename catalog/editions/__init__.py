"""Annual editions of the catalogue: freezing, differences, flags, history of a number."""
