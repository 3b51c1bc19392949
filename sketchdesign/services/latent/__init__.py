"""The tools of latent space: from sketches and models to boards of new sketches."""
