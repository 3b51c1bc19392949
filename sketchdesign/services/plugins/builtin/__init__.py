"""Our own features in the form of plugins, announced by the entry points of our package like those of any other."""
