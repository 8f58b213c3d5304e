"""The HTTP API, the cases and the answers; see docs/ and README.md."""

import os

# On a busy machine NumPy's own threads wait for each other at every product: the slowest twentieth
# of the questions took 230 ms instead of 10. Set before anything imports NumPy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
