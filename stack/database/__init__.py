"""MongoDB in the Swarm: how it starts (mongod.conf, start.sh, probe.sh), and the work that needs every database at
once: `python -m stack.database prepare|backup|restore|alone`, run inside the stack's network from the image of the
services.

Whoever works on all databases logs in as MongoDB's own `__system`, whose password is the key file: it needs no user
made before, and no shell in the image. Which databases there are is read from the services' own addresses, the
secrets `mongo_uri_*`.
"""
