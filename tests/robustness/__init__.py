"""Exports that are damaged, imports that are killed: nothing half done, nothing lost, nothing told."""
