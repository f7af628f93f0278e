//! What only a disk that fails shows.

mod faults;
