"""What people and other tools read: text for terminals, the summary page; later the auditor's formats."""
