"""Text in, vectors out, index on disk."""
