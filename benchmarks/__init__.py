"""What `make bench` runs: figures with goals that hold on any machine — ratios within a run, counts and bytes."""
