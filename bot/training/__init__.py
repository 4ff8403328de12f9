"""Trainings: the queue's runner, the processes that train, and what travels between them."""
