//! Statistics of returns and forecasts: intervals, bootstraps, performance, and what luck explains.
