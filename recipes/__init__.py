"""Recipes: from a few lines of YAML to a dataset. What builds scenes, renders and exports stays in its own room."""
