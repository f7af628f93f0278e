//! Live decisions: a journal that proves them, sources, and sinks that deliver once.
