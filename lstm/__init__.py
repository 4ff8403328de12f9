"""A character LSTM in NumPy: corpus, network, training, sampling and composing. Knows nothing of bots."""
