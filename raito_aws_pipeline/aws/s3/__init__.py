"""S3: buckets, and the keys in them."""
