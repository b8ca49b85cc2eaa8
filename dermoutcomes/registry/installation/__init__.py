"""What is kept of an installation between commands, and how one knows that it still holds."""
