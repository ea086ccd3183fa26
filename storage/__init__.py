"""What the bot remembers: tables, entries, transcript, jobs. Knows no rules and no Slack."""
