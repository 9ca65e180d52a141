"""What the dashboard talks to: accounts, apps, config, reports, notifications, live."""
