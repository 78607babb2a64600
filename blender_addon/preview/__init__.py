"""The label preview: what a render node will write of a view, small, as a picture and as pixels per label."""
