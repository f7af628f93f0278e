//! How large a position may be: sizers and limits over rows and the portfolio.
