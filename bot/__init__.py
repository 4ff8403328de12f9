"""A bot that sings lyrics in an artist's style, on Discord and in a console."""
