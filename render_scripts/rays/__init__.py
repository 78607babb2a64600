"""Rays into a scene as a render sees it: what the pixels of a run are held against, and what a LiDAR measures."""
