//! The contract between strategies and everything that runs them.
//!
//! A strategy author implements [`Strategy`] for one type, says what a decision is with a
//! [`SignalType`], and registers the type with [`register_strategy!`]. The runner finds it by name
//! in the [`registry`] and never learns its types: the erased form comes for free.
//!
//! No I/O, no DuckDB, no machine learning: what stands here is what every strategy needs.
//!
//! ```
//! use strategy_core::{
//!     Column, Input, Lookback, NoCommands, Rows, RowsError, Side, Strategy, Subject, registry,
//! };
//!
//! /// Long after a rise, short after a fall.
//! struct Momentum {
//!     last_close: Option<f64>,
//! }
//!
//! #[derive(clap::Args)]
//! struct MomentumConfig {}
//!
//! impl Strategy for Momentum {
//!     const NAME: &'static str = "momentum";
//!     const ABOUT: &'static str = "Follows the last candle";
//!     type Config = MomentumConfig;
//!     type Signal = Side;
//!     type Command = NoCommands;
//!     type Error = RowsError;
//!
//!     fn inputs(_: &MomentumConfig) -> Vec<Input> {
//!         vec![Input::of(Column::Close)]
//!     }
//!
//!     fn lookback(_: &MomentumConfig) -> Lookback {
//!         Lookback::rows(1)
//!     }
//!
//!     fn new(_: MomentumConfig, _: &Subject) -> Result<Self, RowsError> {
//!         Ok(Self { last_close: None })
//!     }
//!
//!     fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Side>, RowsError> {
//!         let decide = |&close: &f64| match self.last_close.replace(close) {
//!             Some(last) if close > last => Side::Long,
//!             Some(last) if close < last => Side::Short,
//!             _ => Side::NoSignal,
//!         };
//!         Ok(rows.column(&Input::of(Column::Close))?.iter().map(decide).collect())
//!     }
//! }
//!
//! strategy_core::register_strategy!(Momentum);
//!
//! let strategies = registry::registered()?;
//! assert_eq!(strategies.find("momentum")?.about(), "Follows the last candle");
//! assert!(strategies.find("momentun").is_err_and(|e| e.to_string().contains("did you mean `momentum`")));
//! # Ok::<(), registry::RegistryError>(())
//! ```

mod artifacts;
mod box_error;
mod config_data;
mod console;
#[cfg(feature = "contract-tests")]
pub mod contract_tests;
mod erased;
mod input;
mod intent;
mod interrupt;
pub mod laws;
mod leg;
mod lookback;
pub mod registry;
mod rows;
mod scope;
mod shape;
mod signal;
mod splitmix;
mod strategy;
mod subject;
mod time;
mod usage_error;

pub use artifacts::{ArtifactFiles, Artifacts};
pub use box_error::{BoxError, Result};
pub use config_data::{ConfigDataError, Parameter, Parameters};
pub use console::Console;
pub use erased::{Decisions, ErasedStrategy, Opened};
pub use input::{Column, Input, ParseInputError};
pub use intent::{Exits, Intent, SideExits};
pub use interrupt::Interrupt;
pub use leg::{Leg, Outlook};
pub use lookback::Lookback;
pub use rows::{Rows, RowsError};
pub use scope::Scope;
pub use shape::{ShapeError, ShapeFault};
pub use signal::{Side, SignalColumn, SignalType};
pub use strategy::{NoCommands, Strategy, config_from_flags, default_config};
pub use subject::Subject;
pub use time::{ParseYearMonthError, YearMonth};

#[doc(hidden)]
pub use inventory;
