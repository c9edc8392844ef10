"""Writing documents people hand over: Word files, with the fonts and bytes under control."""
