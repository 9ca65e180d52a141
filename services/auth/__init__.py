"""Passwords, access tokens and log-in sessions."""
