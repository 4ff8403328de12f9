"""What the bot counts about itself, and how that is shown to Prometheus."""
