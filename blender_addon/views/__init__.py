"""Camera views: constant keyframes and markers of the scene's camera."""
