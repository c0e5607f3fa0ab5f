"""Many runs from one command: what each job does, what is left of them after a stop, and which came out best."""
