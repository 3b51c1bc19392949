"""Readers of other programs' sketch-rnn models. None of them runs code from a file or needs TensorFlow."""
