"""A live organization, from an export of what AWS Organizations says of it: read, assessed, written as a policy folder.

Everything here is pure but `collect`, which asks AWS, reading only.
"""
