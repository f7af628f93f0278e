//! What a strategy is opened for.

/// The instrument whose rows a strategy will decide on, and the model run that its predictions come
/// from, as far as whoever opens it knows.
///
/// Most strategies do not care. One that keeps artifacts per instrument and run finds its own by it,
/// so that rows of one model are never decided on with what was made for another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The dataset, as in `binance_btcusdt_perp_1h`.
    pub dataset: Option<String>,
    /// The run, as the folder of its model is called.
    pub run_name: Option<String>,
    /// The model, as its path is stored with its predictions.
    pub model_path: Option<String>,
}
