"""Training a base model: its recipe, the texts that it reads, and the run."""
