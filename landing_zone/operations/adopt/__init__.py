"""`hlz adopt`: what an organization already has, read by `observe`, compared with manifest and lock by pure functions,
and written into the lock. AWS is never changed."""
