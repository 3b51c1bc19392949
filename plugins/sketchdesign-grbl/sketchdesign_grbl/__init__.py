"""Pen plotters under GRBL 1.1."""
