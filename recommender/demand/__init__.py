"""Supply and demand: needs left by enterprises, gaps of the catalogue, policy count, neutrality, lists."""
