"""What the bot counts about itself, and how Prometheus reads it."""
