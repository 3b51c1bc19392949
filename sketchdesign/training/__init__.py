"""Training: data, losses and the loop. Beside the application; only the command line imports it."""
