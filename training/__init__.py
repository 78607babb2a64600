"""`labelpass train` and `labelpass predict`: networks that learn a dataset, and what they say of other pictures.

PyTorch is the extra `train`. What imports it is named in the room list of docs/architecture.md; the rest does without.
"""
