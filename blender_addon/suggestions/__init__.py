"""Labels that names already say: pure from a name to a ranked label, then the objects, then the window."""
