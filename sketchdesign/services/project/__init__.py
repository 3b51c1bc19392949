"""A project of the app: what it holds, its file, its pattern and its sheet."""
