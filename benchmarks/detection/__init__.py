"""What `hlz check` notices: good templates in the style of others, and operators that break one thing at a time."""
