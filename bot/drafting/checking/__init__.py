"""What a draft proves and what it lacks: the format's checklist, point by point, and claims that stand in no entry."""
