//! Self-contained pages and charts in SVG, from plain data.
//!
//! Plain structures go in, one HTML text comes out: no script, no font, no network, no file and no
//! clock. Light, dark and printed by CSS alone. Every chart has a caption and a table with its numbers.
//! Colours are those of Okabe and Ito: long is blue, short is orange, and shapes say the same again.
//! Instants are seconds since the Unix epoch, UTC.
//!
//! ```
//! use report::{Axis, Chart, Figure, Layer, Page, Plot, Section, Table, Tone};
//!
//! let line = Layer::line("equity", Tone::Long, vec![(0.0, 1.0), (86_400.0, 1.02)]);
//! let plot = Plot::new(Axis::Time, Axis::Number, vec![line]);
//! let table = Table::new(&["day", "equity"]).row(["1970-01-01", "1.00"]).row(["1970-01-02", "1.02"]);
//! let figure = Figure::new("Equity", Chart::Plot(plot), "Equity in units of the capital.", table);
//! let page = Page::new("Backtest", "<b>any name</b>").section(Section::new("Equity").figure(figure));
//! let html = page.to_html();
//! assert!(html.contains("&lt;b&gt;any name") && !html.contains("<script"));
//! ```
//!
//! - [`Page`], [`Section`], [`Tile`], [`Figure`], [`Table`]: what stands on a page;
//! - [`Plot`], [`Ladder`], [`Bars`], [`Heat`], [`Candles`]: the charts;
//! - [`number`] and [`time`]: how numbers and instants are written;
//! - [`pages`]: the project's pages, each from one structure.

mod axis;
mod bars;
mod candles;
mod chart;
mod escape;
mod figure;
mod frame;
mod heat;
mod ladder;
mod layer;
pub mod number;
mod page;
pub mod pages;
mod path;
mod plot;
mod scale;
mod style;
mod table;
pub mod time;
mod tone;

pub use axis::Axis;
pub use bars::{Bar, Bars};
pub use candles::{Candle, Candles, TradeMark, TradeMarkKind};
pub use chart::Chart;
pub use figure::Figure;
pub use heat::{Heat, HeatScale};
pub use ladder::{Ladder, Rung};
pub use layer::{Dot, Layer};
pub use page::{Page, Section, Tile, origin};
pub use plot::Plot;
pub use table::Table;
pub use tone::Tone;
