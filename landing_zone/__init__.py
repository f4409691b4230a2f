"""The toolkit's own logic: manifest, plan, assemblies, assurance, reports. No module here imports aws_cdk."""
