"""The verbs of the `labelpass` command. Each parses its arguments, imports its room, calls one function, prints."""
