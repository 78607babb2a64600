"""What is wrong with a scene's labels, worst first: for the window, for `labelpass check`, and for the renderer."""
