"""The label render: index passes of what a camera sees, without chance. The window and the render nodes share it."""
