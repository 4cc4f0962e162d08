"""What arrives: exports become canonical anonymized records; every row is accounted for."""
