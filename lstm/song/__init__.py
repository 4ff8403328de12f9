"""Songs: an artist's style, and lines chosen so that they make a song of it."""
