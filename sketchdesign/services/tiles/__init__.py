"""Tiles that repeat: made, coloured, proved, written and shown."""
