"""Cameras that nobody placed: inside rooms, around things, along paths; each looked through before it is accepted."""
