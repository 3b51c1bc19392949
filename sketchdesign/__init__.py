"""sketchdesign: sketch-rnn drawings as pattern sheets, for the screen, for files and for pen plotters.

Importing the package loads nothing heavy: torch, vpype and Qt come in with the modules that use them.
"""

__version__ = "0.1.0"
