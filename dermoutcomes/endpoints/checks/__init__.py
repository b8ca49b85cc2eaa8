"""What is told of readings that an endpoint had to choose among, or could not take."""
