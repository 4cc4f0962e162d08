"""What we count: one SQL file per table, staging to core to marts."""
