"""An LSTM language model in NumPy: text, network, training and song writing. Knows nothing of bots."""
