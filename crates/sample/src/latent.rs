//! The hidden state of the market: what moves prices, and what a model can have skill about.
//!
//! Per instrument, each partly shared with the other: a *signal* that shifts the drift and a
//! *volatility state* that scales the returns, both slow AR(1) processes of unit variance, so that
//! knowing them now says something about the next day; and the return shocks themselves, together
//! a bivariate Student t (a normal pair over one common chi-squared), whose wild hours hit both.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{ChiSquared, StandardNormal};

use crate::instrument::Instrument;

const SIGNAL_HALF_LIFE_HOURS: f64 = 30.0;
const VOLATILITY_HALF_LIFE_HOURS: f64 = 72.0;

/// Correlations of the two instruments' signals, volatility states and shocks.
const SIGNAL_CORRELATION: f64 = 0.5;
const VOLATILITY_CORRELATION: f64 = 0.7;
const SHOCK_CORRELATION: f64 = 0.8;

/// Degrees of freedom of the Student t: kurtosis 3 + 6/(ν−4) = 6 before volatility clusters.
const TAIL_DEGREES: f64 = 6.0;

/// One instrument's state, a value an hour.
pub(crate) struct Latent {
    /// Shifts the drift; unit variance.
    pub(crate) signal: Vec<f64>,
    /// Scales the returns: the standardised logarithm of volatility.
    pub(crate) volatility: Vec<f64>,
    /// Standard normal.
    pub(crate) shock: Vec<f64>,
    /// Scale of the hour's shock that makes it Student t of unit variance; the same for both.
    pub(crate) tail: Vec<f64>,
}

/// What a stream of random numbers is for. Each has its own, so that a change in how many numbers
/// one part draws leaves the others as they are. The order counts: new ones go at the end.
#[derive(Clone, Copy)]
pub(crate) enum Draws {
    Signal,
    Volatility,
    Shock,
    Tail,
    Candles,
    Premium,
    Scores,
    Spread,
    SpreadCandles,
    SpreadPremium,
    Basis,
    BasisCandles,
    BasisPremium,
    SlowScores,
    FastScores,
    SpotBasis,
    SpotCandles,
}

/// The random numbers for `draws` of one instrument, or of what both share.
pub(crate) fn stream(seed: u64, draws: Draws, owner: Option<Instrument>) -> ChaCha8Rng {
    let owner = match owner {
        None => 0,
        Some(Instrument::Btc) => 1,
        Some(Instrument::Eth) => 2,
    };
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(draws as u64 * 4 + owner);
    random
}

/// `length` values of a stationary AR(1) process of unit variance whose memory halves in
/// `half_life` steps; 0 gives white noise.
pub(crate) fn autoregressive(random: &mut ChaCha8Rng, half_life: f64, length: usize) -> Vec<f64> {
    let persistence = 0.5_f64.powf(half_life.recip());
    let innovation = (1.0 - persistence * persistence).sqrt();
    let mut value: f64 = random.sample(StandardNormal);
    let steps = std::iter::repeat_with(|| {
        let normal: f64 = random.sample(StandardNormal);
        value = persistence * value + innovation * normal;
        value
    });
    steps.take(length).collect()
}

/// Both instruments' states over `hours` hours, in the order of [`Instrument::ALL`].
pub(crate) fn simulate(seed: u64, hours: usize) -> [Latent; 2] {
    let path =
        |draws, owner, half_life| autoregressive(&mut stream(seed, draws, owner), half_life, hours);
    let correlated = |draws, half_life, correlation: f64| {
        let common = path(draws, None, half_life);
        Instrument::ALL.map(|instrument| {
            let own = path(draws, Some(instrument), half_life);
            let blend =
                |(c, o): (&f64, f64)| correlation.sqrt() * c + (1.0 - correlation).sqrt() * o;
            common.iter().zip(own).map(blend).collect::<Vec<f64>>()
        })
    };
    let [btc_signal, eth_signal] =
        correlated(Draws::Signal, SIGNAL_HALF_LIFE_HOURS, SIGNAL_CORRELATION);
    let [btc_volatility, eth_volatility] =
        correlated(Draws::Volatility, VOLATILITY_HALF_LIFE_HOURS, VOLATILITY_CORRELATION);
    let [btc_shock, eth_shock] = correlated(Draws::Shock, 0.0, SHOCK_CORRELATION);
    let tail = tails(&mut stream(seed, Draws::Tail, None), hours);
    [
        Latent {
            signal: btc_signal,
            volatility: btc_volatility,
            shock: btc_shock,
            tail: tail.clone(),
        },
        Latent { signal: eth_signal, volatility: eth_volatility, shock: eth_shock, tail },
    ]
}

/// `√((ν−2)/χ²_ν)`: times a standard normal, a Student t of unit variance.
fn tails(random: &mut ChaCha8Rng, hours: usize) -> Vec<f64> {
    // The degrees are a positive constant, which is all that `new` asks for.
    let Ok(chi_squared) = ChiSquared::new(TAIL_DEGREES) else { return vec![1.0; hours] };
    (0..hours).map(|_| ((TAIL_DEGREES - 2.0) / random.sample(chi_squared)).sqrt()).collect()
}
