"""What speaks to other vendors than Slack, one file each; they know neither Slack nor one another."""
