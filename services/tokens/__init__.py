"""The token that the pages of an app carry."""
