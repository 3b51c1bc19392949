"""What a person can ask for, as jobs with progress and cancel. Knows neither Qt nor a terminal."""
