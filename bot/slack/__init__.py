"""All that speaks Slack. Knows no file of settings and no transport: both reach it as values."""
