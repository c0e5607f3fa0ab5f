"""What was typed and what it became: composed, checked, compared, and found again."""
