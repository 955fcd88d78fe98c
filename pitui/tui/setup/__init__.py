"""The first start, without a configuration yet."""
