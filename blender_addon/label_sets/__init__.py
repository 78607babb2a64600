"""Label sets: read from files and written, searched, edited, and put on a scene in place of another."""
