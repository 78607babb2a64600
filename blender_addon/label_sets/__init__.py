"""Label sets: read from files, searched, and put on a scene in place of another."""
