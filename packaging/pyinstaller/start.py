"""What the frozen program runs first: its own worker processes start through this file as well."""

import multiprocessing

if __name__ == "__main__":
    multiprocessing.freeze_support()

    from sketchdesign.__main__ import main

    main()
