//! Resamples of a series, and intervals from them.

mod block_length;
mod order;
mod paired;
mod settings;

pub use block_length::{BlockLength, block_length};
pub use order::{circular_bootstrap, stationary_bootstrap};
pub use paired::{PairedDifference, paired_block_bootstrap};
pub use settings::Resampling;
pub(crate) use settings::interval_of;
