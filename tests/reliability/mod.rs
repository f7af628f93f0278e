//! Killed, stopped, doubled, out of space: nothing is torn, nothing is lost, and the next run goes on.

#[cfg(unix)]
mod disk;
#[cfg(unix)]
mod kills;
#[cfg(unix)]
mod stop;
mod two_at_once;
