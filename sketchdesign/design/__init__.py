"""What is on the page: arrangements of sketches. Pure functions from sketches to drawings."""
