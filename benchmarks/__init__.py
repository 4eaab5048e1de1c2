"""What loader and models cost, each figure beside a baseline measured in the same run."""
