"""Questions to datasets, answered: networks are trained on some, tried on others, and what came out is a page."""
