"""People and their organisations: registering, who is who."""
