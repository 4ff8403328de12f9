"""Training: from a corpus to a model, its baseline and its curve."""
