"""The network: its parameters, equations, gradients and optimisers. Knows no text."""
