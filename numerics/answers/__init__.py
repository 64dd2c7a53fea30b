"""What a theorist asks once a conjecture has its verdict; nothing here changes a verdict."""
