"""Loaded models and the songs in progress."""
