"""What a company watches in an app: funnel, interesting buttons, campaigns."""
