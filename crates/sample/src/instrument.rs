//! The two perpetual futures of the sample: their names and how they behave.

/// The rule behind the sample's labels, as the `targets` table and the run names write it.
pub const TARGET_KEY: &str = "y_tp_before_sl_u0.04_d0.02_24h";

/// A perpetual future of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Instrument {
    /// Like bitcoin; has a `targets` table.
    Btc,
    /// Like ether: cheaper, wilder; its labels must come from its candles.
    Eth,
}

impl Instrument {
    /// Both, in the order in which they are written.
    pub const ALL: [Self; 2] = [Self::Btc, Self::Eth];

    /// Its symbol, as file and table names write it: `btcusdt`.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Btc => "btcusdt",
            Self::Eth => "ethusdt",
        }
    }

    /// Its value in the `dataset` columns: `sample_btcusdt_perp_1h`.
    pub fn dataset(self) -> String {
        format!("sample_{}_perp_1h", self.symbol())
    }

    /// The name of the training run that "made" its predictions.
    pub fn run_name(self) -> String {
        self.named("run_20240101_000000")
    }

    /// The runs of the three models in the file of several models: its own, a slow one, a fast one.
    pub fn run_names(self) -> [String; 3] {
        ["run_20240101_000000", "run_20240101_010000", "run_20240101_020000"]
            .map(|run| self.named(run))
    }

    fn named(self, run: &str) -> String {
        format!("{run}_sample_{}_{TARGET_KEY}_binary", self.symbol())
    }

    /// Its value in the `model_path` column, also where the file lies in the sample's folder:
    /// `models/{dataset}/{run_name}/model.txt`.
    pub fn model_path(self) -> String {
        self.model_path_of(&self.run_name())
    }

    pub(crate) fn model_path_of(self, run_name: &str) -> String {
        format!("models/{}/{run_name}/model.txt", self.dataset())
    }

    /// The table of its candles: `ohlcv_btcusdt_1h`.
    pub fn ohlcv_table(self) -> String {
        format!("ohlcv_{}_1h", self.symbol())
    }

    /// Whether its labels are stored, in a `targets` table. Only one instrument's are, so that both
    /// ways to labels, reading and computing, have something to run on.
    pub(crate) fn has_targets(self) -> bool {
        self == Self::Btc
    }

    pub(crate) fn character(self) -> Character {
        match self {
            Self::Btc => Character {
                first_price: 27_000.0,
                ticks_per_unit: 10.0,
                hourly_volatility: 0.0062,
                typical_volume: 9_000.0,
                score_slope: 1.6,
                score_bias: -1.8,
            },
            Self::Eth => Character {
                first_price: 1_700.0,
                ticks_per_unit: 100.0,
                hourly_volatility: 0.0072,
                typical_volume: 120_000.0,
                score_slope: 0.4,
                score_bias: -1.0,
            },
        }
    }
}

/// What sets one instrument apart in the simulation.
pub(crate) struct Character {
    /// Open of the first candle, in quote currency.
    pub(crate) first_price: f64,
    /// Price steps in one unit of quote currency: 10 for a tick of 0.1.
    pub(crate) ticks_per_unit: f64,
    /// Root mean square of hourly log returns, before season and drift.
    pub(crate) hourly_volatility: f64,
    /// Volume of an ordinary hour, in base currency.
    pub(crate) typical_volume: f64,
    /// What the model multiplies its opinion with: well above 1 it is overconfident, below timid.
    pub(crate) score_slope: f64,
    /// The logit of its score when it has no opinion.
    pub(crate) score_bias: f64,
}
