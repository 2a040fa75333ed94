"""What leaves Moletrail on paper: change reports and the scale card."""
