"""What the bot remembers, in SQLite; SQL lives here and nowhere else."""
