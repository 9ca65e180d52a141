"""The only door: HTTP, WebSockets and cookies.

No business rule, no database; it knows the services by `services.contracts` alone.
"""
