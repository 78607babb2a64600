"""Faces, and things of one material, with a label of their own: see docs/architecture.md, "Face parts"."""
