//! Scores of a made-up model: skilled, since it sees the hidden state through noise, and
//! miscalibrated, since it weighs what it sees wrongly.

use rand_chacha::ChaCha8Rng;

use crate::barrier::HORIZON;
use crate::instrument::Character;
use crate::latent::{Latent, autoregressive};
use crate::spec::MICROS_PER_HOUR;

/// Roughly what an honest model's logit would move by, per unit of signal and of volatility.
const SIGNAL_WEIGHT: f64 = 0.3;
const VOLATILITY_WEIGHT: f64 = 0.35;
/// Standard deviation and memory of the model's error; slow, because a model's features are.
const NOISE_SPREAD: f64 = 0.4;
const NOISE_HALF_LIFE_HOURS: f64 = 6.0;
/// By how much a label moves the opinion about its own hour in training.
const TRAINING_LEAK: f64 = 0.6;

/// The feature set of the predictions that count.
pub const FEATURE_KEY: &str = "features_v2";
/// An older feature set, whose predictions for some hours were replaced later.
pub const OLD_FEATURE_KEY: &str = "features_v1";
const WEEK: usize = 7 * 24;
/// When the batch of the newer predictions was written, after the last candle's close.
const BATCH_DELAY_MICROS: i64 = 5 * 60 * 1_000_000;

/// Rows of the `predictions` table, out of sample, in columns of equal length.
///
/// The newer feature set has a row for every hour, written in one batch after the last candle.
/// The older one has two weeks in the middle, written hour by hour; the first of them lies before
/// the newer rows and the second behind, so that neither the first nor the last row of an hour is
/// always the right one: only `created_at` tells.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionRows {
    /// Open times of the candles that they were made at, µs UTC.
    pub timestamps: Vec<i64>,
    /// Scores in (0, 1).
    pub y_pred: Vec<f64>,
    /// The feature set of each row.
    pub feature_keys: Vec<&'static str>,
    /// When each row was written, µs UTC.
    pub created_at: Vec<i64>,
}

impl PredictionRows {
    /// Those of the newer feature set.
    pub(crate) fn newest(&self) -> Self {
        let newest: Vec<usize> = (0..self.timestamps.len())
            .filter(|&row| self.feature_keys[row] == FEATURE_KEY)
            .collect();
        Self {
            timestamps: newest.iter().map(|&row| self.timestamps[row]).collect(),
            y_pred: newest.iter().map(|&row| self.y_pred[row]).collect(),
            feature_keys: vec![FEATURE_KEY; newest.len()],
            created_at: newest.iter().map(|&row| self.created_at[row]).collect(),
        }
    }
}

/// Rows of `pred_train.csv`, in sample, in columns of equal length.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingRows {
    /// Open times of the candles, µs UTC.
    pub timestamps: Vec<i64>,
    /// Scores in (0, 1), which have seen the labels.
    pub y_pred: Vec<f64>,
    /// The labels.
    pub y_true: Vec<bool>,
}

/// The logit of the model's score for every hour, before training flatters any.
pub(crate) fn logits(latent: &Latent, character: &Character, random: &mut ChaCha8Rng) -> Vec<f64> {
    let noise = autoregressive(random, NOISE_HALF_LIFE_HOURS, latent.signal.len());
    let opinion = |((signal, volatility), noise): ((&f64, &f64), f64)| {
        SIGNAL_WEIGHT * signal + VOLATILITY_WEIGHT * volatility + NOISE_SPREAD * noise
    };
    let hours = latent.signal.iter().zip(&latent.volatility).zip(noise);
    hours.map(|hour| character.score_bias + character.score_slope * opinion(hour)).collect()
}

/// A further model of the same target: what it sees, and how it weighs that.
pub(crate) struct Model {
    signal_weight: f64,
    volatility_weight: f64,
    noise_spread: f64,
    noise_half_life_hours: f64,
    slope: f64,
    bias: f64,
}

/// Sees the signal through slow features, and speaks up too little.
pub(crate) const SLOW: Model = Model {
    signal_weight: 0.4,
    volatility_weight: 0.1,
    noise_spread: 0.2,
    noise_half_life_hours: 36.0,
    slope: 0.7,
    bias: -1.2,
};

/// Sees the volatility through fast features, and speaks up too much.
pub(crate) const FAST: Model = Model {
    signal_weight: 0.05,
    volatility_weight: 0.5,
    noise_spread: 0.4,
    noise_half_life_hours: 2.0,
    slope: 1.4,
    bias: -2.1,
};

/// Out-of-sample rows of a further model from `first_out_of_sample` on, written in one batch.
pub(crate) fn of_model(
    timestamps: &[i64],
    latent: &Latent,
    model: &Model,
    random: &mut ChaCha8Rng,
    first_out_of_sample: usize,
) -> PredictionRows {
    let noise = autoregressive(random, model.noise_half_life_hours, timestamps.len());
    let score = |hour: usize| {
        let opinion = model.signal_weight * latent.signal[hour]
            + model.volatility_weight * latent.volatility[hour]
            + model.noise_spread * noise[hour];
        probability(model.bias + model.slope * opinion)
    };
    let hours = first_out_of_sample..timestamps.len();
    let batch = timestamps.last().map_or(0, |last| last + MICROS_PER_HOUR + BATCH_DELAY_MICROS);
    PredictionRows {
        timestamps: timestamps[hours.clone()].to_vec(),
        y_pred: hours.clone().map(score).collect(),
        feature_keys: vec![FEATURE_KEY; hours.len()],
        created_at: vec![batch; hours.len()],
    }
}

/// In-sample rows for the hours before `first_out_of_sample` whose labels were known by then.
pub(crate) fn training(
    timestamps: &[i64],
    logits: &[f64],
    labels: &[Option<bool>],
    character: &Character,
    first_out_of_sample: usize,
) -> TrainingRows {
    let known = first_out_of_sample.saturating_sub(HORIZON);
    let y_true: Vec<bool> = labels[..known].iter().map_while(|&label| label).collect();
    let flattered = |(&logit, &label): (&f64, &bool)| {
        let leak = if label { TRAINING_LEAK } else { -TRAINING_LEAK / 4.0 };
        probability(logit + character.score_slope * leak)
    };
    TrainingRows {
        timestamps: timestamps[..y_true.len()].to_vec(),
        y_pred: logits.iter().zip(&y_true).map(flattered).collect(),
        y_true,
    }
}

/// Out-of-sample rows from `first_out_of_sample` on.
pub(crate) fn out_of_sample(
    timestamps: &[i64],
    logits: &[f64],
    first_out_of_sample: usize,
) -> PredictionRows {
    let hours = first_out_of_sample..timestamps.len();
    let middle = hours.start + hours.len() / 2;
    let week = |start: usize| start.min(hours.end)..(start + WEEK).min(hours.end);
    let batch = timestamps.last().map_or(0, |last| last + MICROS_PER_HOUR + BATCH_DELAY_MICROS);

    let newer = hours.clone().map(|hour| (hour, probability(logits[hour]), FEATURE_KEY, batch));
    // The older model thought the same, only half as loudly, when its candle closed.
    let older = |hour: usize| {
        let written = timestamps[hour] + MICROS_PER_HOUR;
        (hour, probability(logits[hour] / 2.0), OLD_FEATURE_KEY, written)
    };
    let before = week(middle).map(older);
    let behind = week(middle + WEEK).map(older);

    let rows = hours.len() + 2 * WEEK;
    let mut predictions = PredictionRows {
        timestamps: Vec::with_capacity(rows),
        y_pred: Vec::with_capacity(rows),
        feature_keys: Vec::with_capacity(rows),
        created_at: Vec::with_capacity(rows),
    };
    for (hour, score, feature_key, created_at) in before.chain(newer).chain(behind) {
        predictions.timestamps.push(timestamps[hour]);
        predictions.y_pred.push(score);
        predictions.feature_keys.push(feature_key);
        predictions.created_at.push(created_at);
    }
    predictions
}

/// Rounded to eight decimals: the platform's `exp` differs from one processor to the next in the last
/// bit, and the sample must not.
fn probability(logit: f64) -> f64 {
    const STEPS: f64 = 1e8;
    (STEPS / (1.0 + (-logit).exp())).round() / STEPS
}
