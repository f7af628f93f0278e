//! The whole sample in memory.

use crate::barrier;
use crate::companion::{CompanionSample, companions};
use crate::funding::funding;
use crate::instrument::Instrument;
use crate::latent::{Draws, Latent, simulate, stream};
use crate::prices::candles;
use crate::scores::{
    FAST, PredictionRows, SLOW, TrainingRows, logits, of_model, out_of_sample, training,
};
use crate::spec::SampleSpec;
use market_data::{Candles, FundingRates};

/// A generated sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// What it was made from.
    pub spec: SampleSpec,
    /// One entry an instrument, in the order of [`Instrument::ALL`].
    pub instruments: [InstrumentSample; 2],
    /// Out-of-sample predictions of two further models for the first instrument, in the order of
    /// [`Instrument::run_names`] behind its own.
    pub further_models: [PredictionRows; 2],
    /// Instruments without predictions, in the order of [`Companion::ALL`](crate::Companion::ALL).
    pub companions: [CompanionSample; 3],
}

/// Everything about one instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct InstrumentSample {
    /// Which one.
    pub instrument: Instrument,
    /// Its candles.
    pub candles: Candles,
    /// Its funding rates.
    pub funding: FundingRates,
    /// The label of each candle, `None` for the last 24. Only `btcusdt` has them written.
    pub labels: Vec<Option<bool>>,
    /// Its out-of-sample predictions.
    pub predictions: PredictionRows,
    /// Its in-sample predictions.
    pub training: TrainingRows,
}

/// Makes the sample of `spec`, without any I/O: the same specification, the same values.
///
/// ```
/// use sample::{SampleSpec, generate};
///
/// let sample = generate(&SampleSpec { months: 2, training_months: 1, ..SampleSpec::default() });
/// let [btc, eth] = &sample.instruments;
/// assert_eq!(btc.candles.close.len(), (31 + 30) * 24);
/// assert_eq!(btc.candles.timestamps, eth.candles.timestamps);
/// assert_eq!(sample, generate(&sample.spec));
/// ```
pub fn generate(spec: &SampleSpec) -> Sample {
    let timestamps = spec.timestamps();
    let [btc, eth] = simulate(spec.seed, timestamps.len());
    let one =
        |instrument, latent: &Latent| instrument_sample(spec, &timestamps, instrument, latent);
    let instruments = [one(Instrument::Btc, &btc), one(Instrument::Eth, &eth)];
    let further = |model, draws| {
        let random = &mut stream(spec.seed, draws, Some(Instrument::Btc));
        of_model(&timestamps, &btc, model, random, spec.first_out_of_sample())
    };
    Sample {
        spec: *spec,
        further_models: [further(&SLOW, Draws::SlowScores), further(&FAST, Draws::FastScores)],
        companions: companions(spec, &instruments[0].candles),
        instruments,
    }
}

fn instrument_sample(
    spec: &SampleSpec,
    timestamps: &[i64],
    instrument: Instrument,
    latent: &Latent,
) -> InstrumentSample {
    let random = |draws| stream(spec.seed, draws, Some(instrument));
    let character = instrument.character();
    let candles = candles(timestamps.to_vec(), latent, &character, &mut random(Draws::Candles));
    let labels = barrier::labels(&candles);
    let logits = logits(latent, &character, &mut random(Draws::Scores));
    let first_out_of_sample = spec.first_out_of_sample();
    InstrumentSample {
        instrument,
        funding: funding(timestamps, latent, &mut random(Draws::Premium)),
        predictions: out_of_sample(timestamps, &logits, first_out_of_sample),
        training: training(timestamps, &logits, &labels, &character, first_out_of_sample),
        candles,
        labels,
    }
}
