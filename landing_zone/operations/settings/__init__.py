"""`hlz settings`: what CloudFormation cannot do, as rows of `policies/settings` and an engine that reads, compares,
applies, reads back and records. botocore lives in `clients` alone, so that everything else runs without AWS."""
