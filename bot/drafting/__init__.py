"""From a record to a postmortem, as Markdown and as JSON. Knows no Slack and no database."""
