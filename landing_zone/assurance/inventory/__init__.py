"""What a template says of stores and transit paths: key, algorithm, TLS, retention, lock. Unknown is never good.

What each resource type is and which property decides is data, `policies/inventory/*.yaml`. No files are written here.
"""
