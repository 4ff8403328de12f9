"""Model files, and writing files safely."""
