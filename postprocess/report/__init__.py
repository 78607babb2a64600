"""`labelpass report`: what is in a run or a dataset, as one HTML file that opens offline."""
