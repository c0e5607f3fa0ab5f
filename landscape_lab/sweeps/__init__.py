"""Many runs from one command: what each job does, how a stopped sweep goes on, and which job is best."""
