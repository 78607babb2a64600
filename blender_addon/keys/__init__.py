"""Labelling by keys: search, repeat, pick, and step from one unlabelled object to the next."""
