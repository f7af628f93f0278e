"""What every run of rebuild.py spends before it begins: the interpreter and its imports."""

import duckdb  # noqa: F401
import msgpack  # noqa: F401
import numpy  # noqa: F401
import pandas  # noqa: F401
from sklearn.linear_model import LogisticRegression  # noqa: F401
