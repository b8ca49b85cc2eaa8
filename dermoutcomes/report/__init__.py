"""What a run has to say. So far: tables as text for a spreadsheet."""
