"""What can reach what in the networks of a set of templates: read them, prove theorems, show paths."""
