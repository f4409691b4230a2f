"""What will exist: environments, variants, deployments, addresses, dependencies. Pure functions, no CDK, no AWS."""
