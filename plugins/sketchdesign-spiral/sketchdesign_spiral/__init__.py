"""An example of a sketchdesign plugin."""
