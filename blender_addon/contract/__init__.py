"""What all rooms agree on: label sets and the run folder. Standard library only, so that it runs in any Blender."""

VERSION = "0.1.0"
