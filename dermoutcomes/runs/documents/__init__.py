"""What leaves a run: documents in their formats, reporters with their own files, and an index of both."""
