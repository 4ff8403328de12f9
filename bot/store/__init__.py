"""What the bot stores, in SQLite; all SQL is here."""
