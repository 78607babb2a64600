"""`labelpass verify`: what is wrong with a run or a dataset, and what may be."""
