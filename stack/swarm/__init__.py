"""The Swarm as its operator sees it: `make images`, `make deploy` and their kin. `python3 -m stack.swarm --help`.

Needs Python's own library, docker, git and openssl, on a machine whose docker speaks to a manager of the Swarm.
"""
