"""Pictures of the bot's answers, as Discord shows them: ``python -m tests.pictures``."""
