"""Values and rules that every part shares. Standard library and numpy only."""
