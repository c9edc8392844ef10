"""Screens: widgets, one engine call, drawing. No decisions."""
