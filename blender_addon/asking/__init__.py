"""Why does this have this label: the resolver's answers in words, and what lies under the mouse."""
