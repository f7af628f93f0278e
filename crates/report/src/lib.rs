//! Self-contained pages and charts in SVG, from plain data.
