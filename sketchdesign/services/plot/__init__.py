"""Drawings onto paper: planned, drawn, watched, stopped and resumed."""
