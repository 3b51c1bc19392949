"""sketch-rnn (Ha & Eck 2017): network, sampling and checkpoints. The home of torch, with `training`."""
