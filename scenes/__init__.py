"""Scene builders and dataset recipes: each makes a labelled scene, or labelled images, from a seed and nothing else."""
