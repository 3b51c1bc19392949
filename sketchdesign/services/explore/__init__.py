"""The cells of the Explore workspace: what they are, where they lie, and how they are drawn."""
