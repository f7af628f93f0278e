//! Weights that follow the members' losses, row by row.

use serde::{Deserialize, Serialize};

/// How far from 0 and 1 a probability is taken to be in Hedge's loss.
const CLIP: f64 = 1e-3;

/// Exponential weights over members that may sleep, with a fixed share.
///
/// The loss is the log loss of the probability clipped to [1e-3, 1 − 1e-3]. Members that were awake in a
/// row keep their joint mass: `w_k ∝ w_k·e^{−η·loss_k}`. Then every weight becomes
/// `(1 − share)·w_k + share/K`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hedge {
    rate: f64,
    share: f64,
    weights: Vec<f64>,
}

impl Hedge {
    /// Equal weights.
    #[must_use]
    pub fn new(members: usize, rate: f64, share: f64) -> Self {
        Self { rate, share, weights: vec![1.0 / members as f64; members] }
    }

    /// Takes a row whose label has become known: its probabilities, none where a member was missing.
    pub fn update(&mut self, probabilities: &[Option<f64>], label: bool) {
        let loss = |p: f64| {
            let p = p.clamp(CLIP, 1.0 - CLIP);
            if label { -p.ln() } else { -(1.0 - p).ln() }
        };
        let awake = || probabilities.iter().enumerate().filter_map(|(k, p)| p.map(|p| (k, p)));
        let before: f64 = awake().map(|(k, _)| self.weights[k]).sum();
        // The smallest loss is taken from all, so that no exponential leaves the doubles.
        let least = awake().map(|(_, p)| loss(p)).fold(f64::INFINITY, f64::min);
        for (k, p) in awake() {
            self.weights[k] *= (-self.rate * (loss(p) - least)).exp();
        }
        let after: f64 = awake().map(|(k, _)| self.weights[k]).sum();
        if after > 0.0 {
            awake().for_each(|(k, _)| self.weights[k] *= before / after);
        }
        let members = self.weights.len() as f64;
        for weight in &mut self.weights {
            *weight = (1.0 - self.share) * *weight + self.share / members;
        }
    }

    /// The weights now, over all members; they add up to 1.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }
}

/// Bernstein online aggregation (Wintenberger 2017), square loss, a learning rate a member.
///
/// With the mixture `p̂` that the weights made of the row:
/// `r_k = 2·(p̂ − y)·(p̂ − p_k)`, `V_k += r_k²`, `η_k = 1/√(2.2·V_k)`, `S_k += r_k − η_k·r_k²`,
/// `w_k ∝ η_k·e^{η_k·S_k}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Boa {
    squares: Vec<f64>,
    regrets: Vec<f64>,
    weights: Vec<f64>,
}

impl Boa {
    /// Equal weights.
    #[must_use]
    pub fn new(members: usize) -> Self {
        let zeros = vec![0.0; members];
        Self {
            squares: zeros.clone(),
            regrets: zeros,
            weights: vec![1.0 / members as f64; members],
        }
    }

    /// Takes a row whose label has become known, with the mixture that was made of it.
    pub fn update(&mut self, probabilities: &[Option<f64>], mixture: f64, label: bool) {
        let outcome = f64::from(u8::from(label));
        for (k, p) in probabilities.iter().enumerate().filter_map(|(k, p)| p.map(|p| (k, p))) {
            let regret = 2.0 * (mixture - outcome) * (mixture - p);
            self.squares[k] += regret * regret;
            if self.squares[k] > 0.0 {
                self.regrets[k] += regret - rate(self.squares[k]) * regret * regret;
            }
        }
        // A member that never differed from the mixture has no rate of its own: the largest there is.
        let rates: Vec<f64> = self.squares.iter().map(|&squares| rate(squares)).collect();
        let largest = rates.iter().copied().filter(|rate| rate.is_finite()).fold(0.0, f64::max);
        if largest == 0.0 {
            return;
        }
        let rates = || rates.iter().map(|rate| rate.min(largest));
        let exponents = || rates().zip(&self.regrets).map(|(rate, regret)| rate * regret);
        let most = exponents().fold(f64::NEG_INFINITY, f64::max);
        let raw: Vec<f64> = rates().zip(exponents()).map(|(r, e)| r * (e - most).exp()).collect();
        let sum: f64 = raw.iter().sum();
        self.weights = raw.into_iter().map(|weight| weight / sum).collect();
    }

    /// The weights now, over all members; they add up to 1.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }
}

fn rate(squares: f64) -> f64 {
    (2.2 * squares).sqrt().recip()
}

/// The mean of the probabilities that there are, by `weights` renormalised over them; equal where these
/// are all 0, none where no member is there.
#[must_use]
pub fn mixture(weights: &[f64], probabilities: &[Option<f64>]) -> Option<f64> {
    let awake = || probabilities.iter().zip(weights).filter_map(|(p, w)| p.map(|p| (p, *w)));
    let mass: f64 = awake().map(|(_, w)| w).sum();
    let count = awake().count();
    match count {
        0 => None,
        _ if mass > 0.0 => Some(awake().map(|(p, w)| p * w).sum::<f64>() / mass),
        _ => Some(awake().map(|(p, _)| p).sum::<f64>() / count as f64),
    }
}
