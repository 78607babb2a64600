"""What a frame holds beside image and labels: a file here for each, which knows its passes and writes its files.

`contract.modalities` says what the files hold; `catalogue` brings the two together.
"""
