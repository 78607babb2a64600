"""What runs on a render node: a labelled .blend becomes a run folder of images and exact labels."""
