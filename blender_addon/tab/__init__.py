"""The "Labels" tab itself, and what all of the window shares: status, selection, swatches, handlers."""
