"""What a user should know without looking for it."""
