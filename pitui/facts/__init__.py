"""What a node is: a piece of shell beside a pure parser of its answer, one file a fact."""
