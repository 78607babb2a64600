"""The scene in the colours of its labels, drawn over the 3D view, and a legend to read them by. Changes no data."""
