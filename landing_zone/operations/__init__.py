"""What talks to AWS. A pure part decides, a thin edge calls; nothing here synthesizes or judges templates."""
