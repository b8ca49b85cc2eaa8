"""Steps on machines that see neither the study's folder nor that of its run."""
