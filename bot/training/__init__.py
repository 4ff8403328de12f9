"""Training jobs: the runner of the queue, the processes that train, and what they exchange."""
