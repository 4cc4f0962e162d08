"""How it looks: a Finding becomes a picture."""
