"""Everything that makes datalab run somewhere."""
