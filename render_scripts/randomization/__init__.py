"""What may differ from frame to frame: specs and draws, which are pure, and what puts a draw on the scene."""
