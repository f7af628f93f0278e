//! When a position is entered and left, payment by payment.

use crate::Ewma;

/// The parameters of the rule. A payment is the rate of one period of 8 hours, what the perpetual
/// future pays less what the hedge pays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CarryRule {
    /// Memory of the mean payment, in payments.
    pub half_life: f64,
    /// Payments that a position is expected to be held.
    pub horizon: u32,
    /// Payments before the first that a position may be entered after.
    pub min_history: usize,
    /// Costs of all four trades, as a fraction of one leg's notional.
    pub cost: f64,
    /// Enter above this multiple of the costs.
    pub enter_multiple: f64,
    /// Leave below this multiple of the costs.
    pub exit_multiple: f64,
}

/// The position in the perpetual future, in notional of one leg: −1, 0 or 1; the hedge's is opposite.
///
/// `F = horizon × mean payment` is what a short is expected to receive over the horizon. A position is
/// entered against the sign of `F` when `|F|` exceeds `enter_multiple × cost`, and left when what its
/// side expects to receive falls below `exit_multiple × cost`. None is entered by the payment after
/// which another is left.
#[derive(Debug, Clone, PartialEq)]
pub struct Carry {
    rule: CarryRule,
    mean: Ewma,
    payments: usize,
    expected: Option<f64>,
    position: f64,
    /// The side of a stopped position, until its reason is gone.
    locked: Option<f64>,
}

impl Carry {
    /// The rule before its first payment.
    #[must_use]
    pub fn new(rule: CarryRule) -> Self {
        let mean = Ewma::new(rule.half_life);
        Self { rule, mean, payments: 0, expected: None, position: 0.0, locked: None }
    }

    /// Takes the next payment; the position after it.
    pub fn update(&mut self, payment: f64) -> f64 {
        let expected = f64::from(self.rule.horizon) * self.mean.update(payment);
        self.expected = Some(expected);
        self.payments += 1;
        let leaves = self.rule.exit_multiple * self.rule.cost;
        if self.locked.is_some_and(|side| -side * expected < leaves) {
            self.locked = None;
        }
        if self.position != 0.0 {
            if -self.position * expected < leaves {
                self.position = 0.0;
            }
        } else if self.locked.is_none() && !self.is_young() && expected.abs() > self.entry() {
            self.position = -expected.signum();
        }
        self.position
    }

    /// Ends the position, and enters none again before its side expects less than what a position is
    /// left at.
    pub fn stop(&mut self) {
        if self.position != 0.0 {
            self.locked = Some(self.position);
            self.position = 0.0;
        }
    }

    /// The position after the last payment.
    #[must_use]
    pub fn position(&self) -> f64 {
        self.position
    }

    /// `F` after the last payment: what a short of the perpetual future is expected to receive.
    #[must_use]
    pub fn expected(&self) -> Option<f64> {
        self.expected
    }

    /// Whether a stop still keeps positions from being entered.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked.is_some()
    }

    /// Whether there have been too few payments to enter.
    #[must_use]
    pub fn is_young(&self) -> bool {
        self.payments <= self.rule.min_history
    }

    /// What `|F|` must exceed to enter.
    #[must_use]
    pub fn entry(&self) -> f64 {
        self.rule.enter_multiple * self.rule.cost
    }
}
