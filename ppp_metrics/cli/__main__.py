"""`python -m ppp_metrics.cli`."""

from ppp_metrics.cli import main

if __name__ == "__main__":
    main()
