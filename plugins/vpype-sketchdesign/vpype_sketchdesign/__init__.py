"""sketchdesign's commands for vpype."""
