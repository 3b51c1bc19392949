"""Hundreds of files from one recipe: planned, made by worker processes, resumed after a kill."""
