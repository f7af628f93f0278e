//! One pass over the rows of a label: what they add to the loss and to its derivatives.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use super::class::Class;
use crate::kernel::{Loop, TASK_ROWS, exp_of_non_positive, ln_1p, map_tasks, vectorised};
use crate::sum::CompensatedSum;

/// Sums that are formed side by side, row `i` going into sum `i mod LANES`. Fixed, and more than
/// any machine adds at once, so that the order of additions is the same on all.
const LANES: usize = 64;

/// Rows whose terms are added plainly before the compensated sum takes them: few enough that the
/// rounding of the plain part does not matter (16 terms in a row), enough that what is done once a
/// block costs little.
const BLOCK: usize = 16 * LANES;

/// What the rows of one label add up to.
///
/// With margin `m` (`z` for a hit, `−z` for a miss), weight `s` and `u = x − centre`, the
/// probability of the other label is `q = 1 / (1 + e^m)`, and `v = s q (1 − q)`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums<T = f64> {
    /// `Σ s log(1 + e^{−m})`.
    pub(super) loss: T,
    /// `Σ s q`.
    pub(super) wrong: T,
    /// `Σ s q u`.
    pub(super) wrong_u: T,
    /// `Σ v`.
    pub(super) v: T,
    /// `Σ v u`.
    pub(super) v_u: T,
    /// `Σ v u²`.
    pub(super) v_uu: T,
}

impl Class {
    /// The sums at the parameters `[w, b]` of the margin, `m = w x + b`.
    pub(super) fn sums(&self, parameters: [f64; 2], centre: f64) -> Sums {
        let pass = |(log_odds, weights)| vectorised(Pass { log_odds, weights, parameters, centre });
        let mut totals = Sums::<CompensatedSum>::default();
        for task in map_tasks(self.log_odds.len(), self.tasks(), pass) {
            totals.merge(&task);
        }
        totals.map(CompensatedSum::total)
    }

    fn tasks(&self) -> Vec<(&[f64], &[f64])> {
        let weights = self.weights.as_deref().unwrap_or_default();
        let mut weights = weights.chunks(TASK_ROWS);
        let tasks = self.log_odds.chunks(TASK_ROWS);
        tasks.map(|log_odds| (log_odds, weights.next().unwrap_or_default())).collect()
    }
}

/// `Σ s x`.
pub(super) fn sum_of_log_odds(class: &Class) -> f64 {
    let task =
        |(log_odds, weights): (&[f64], &[f64])| vectorised(WeightedSum { log_odds, weights });
    let tasks = map_tasks(class.log_odds.len(), class.tasks(), task);
    tasks.into_iter().collect::<CompensatedSum>().total()
}

impl Sums<CompensatedSum> {
    fn merge(&mut self, other: &Self) {
        self.loss.merge(other.loss);
        self.wrong.merge(other.wrong);
        self.wrong_u.merge(other.wrong_u);
        self.v.merge(other.v);
        self.v_u.merge(other.v_u);
        self.v_uu.merge(other.v_uu);
    }
}

impl<T: Copy> Sums<T> {
    fn map<R>(&self, of: impl Fn(T) -> R) -> Sums<R> {
        Sums {
            loss: of(self.loss),
            wrong: of(self.wrong),
            wrong_u: of(self.wrong_u),
            v: of(self.v),
            v_u: of(self.v_u),
            v_uu: of(self.v_uu),
        }
    }
}

/// A pass over the rows of one task. No weights at all are weights of 1.
struct Pass<'a> {
    log_odds: &'a [f64],
    weights: &'a [f64],
    parameters: [f64; 2],
    centre: f64,
}

impl Loop for Pass<'_> {
    type Output = Sums<CompensatedSum>;

    #[inline(always)]
    fn call(self) -> Sums<CompensatedSum> {
        let mut totals = Sums::<CompensatedSum>::default();
        let mut weights = self.weights.chunks(BLOCK);
        for log_odds in self.log_odds.chunks(BLOCK) {
            let mut lanes = Lanes::new();
            match weights.next() {
                None => self.block(&mut lanes, log_odds),
                Some(weights) => self.weighted_block(&mut lanes, log_odds, weights),
            }
            lanes.add_to(&mut totals);
        }
        totals
    }
}

impl Pass<'_> {
    #[inline(always)]
    fn block(&self, lanes: &mut Lanes, log_odds: &[f64]) {
        let (Lanes { sums, product }, terms) = (lanes, self.terms());
        for row in log_odds.chunks(LANES) {
            for (lane, &x) in row.iter().enumerate() {
                let (t, e) = terms(x);
                sums.loss[lane] += t.loss;
                sums.wrong[lane] += t.wrong;
                sums.wrong_u[lane] += t.wrong_u;
                sums.v[lane] += t.v;
                sums.v_u[lane] += t.v_u;
                sums.v_uu[lane] += t.v_uu;
                // `Π (1 + e) − 1`: one logarithm for 16 rows, and small `e` keep their precision.
                product[lane] += e + product[lane] * e;
            }
        }
    }

    #[inline(always)]
    fn weighted_block(&self, lanes: &mut Lanes, log_odds: &[f64], weights: &[f64]) {
        let (Lanes { sums, .. }, terms) = (lanes, self.terms());
        for (row, weights) in log_odds.chunks(LANES).zip(weights.chunks(LANES)) {
            for (lane, (&x, &s)) in row.iter().zip(weights).enumerate() {
                let (t, e) = terms(x);
                sums.loss[lane] += s * (t.loss + ln_1p(e));
                sums.wrong[lane] += s * t.wrong;
                sums.wrong_u[lane] += s * t.wrong_u;
                sums.v[lane] += s * t.v;
                sums.v_u[lane] += s * t.v_u;
                sums.v_uu[lane] += s * t.v_uu;
            }
        }
    }

    /// What a row of weight 1 and log odds `x` adds, where the loss lacks `log(1 + e)`, and `e`.
    ///
    /// Only `e = e^{−|m|}` is ever taken, so nothing overflows, and `q` is formed directly, never
    /// as one minus a probability, so a row far on the right side still has an exact residual.
    #[inline(always)]
    fn terms(&self) -> impl Fn(f64) -> (Sums, f64) {
        let ([slope, intercept], centre) = (self.parameters, self.centre);
        #[inline(always)]
        move |x: f64| {
            let margin = slope * x + intercept;
            let e = exp_of_non_positive(-margin.abs());
            let larger = 1.0 / (1.0 + e);
            let smaller = e * larger;
            let wrong = if margin < 0.0 { larger } else { smaller };
            let (v, u) = (larger * smaller, x - centre);
            let v_u = v * u;
            let loss = if margin < 0.0 { -margin } else { 0.0 };
            (Sums { loss, wrong, wrong_u: wrong * u, v, v_u, v_uu: v_u * u }, e)
        }
    }
}

/// Sums side by side, of one block.
struct Lanes {
    sums: Sums<[f64; LANES]>,
    /// `Π (1 + e) − 1`, at most `2^{BLOCK / LANES}`.
    product: [f64; LANES],
}

impl Lanes {
    #[inline(always)]
    fn new() -> Self {
        let zeros = [0.0; LANES];
        let [loss, wrong, wrong_u, v, v_u, v_uu] = [zeros; 6];
        Self { sums: Sums { loss, wrong, wrong_u, v, v_u, v_uu }, product: zeros }
    }

    #[inline(always)]
    fn add_to(mut self, totals: &mut Sums<CompensatedSum>) {
        for (loss, product) in self.sums.loss.iter_mut().zip(self.product) {
            *loss += ln_1p(product);
        }
        totals.loss.add(fold(self.sums.loss));
        totals.wrong.add(fold(self.sums.wrong));
        totals.wrong_u.add(fold(self.sums.wrong_u));
        totals.v.add(fold(self.sums.v));
        totals.v_u.add(fold(self.sums.v_u));
        totals.v_uu.add(fold(self.sums.v_uu));
    }
}

/// The sum of the lanes, halving their number each time.
#[inline(always)]
fn fold(mut lanes: [f64; LANES]) -> f64 {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

struct WeightedSum<'a> {
    log_odds: &'a [f64],
    weights: &'a [f64],
}

impl Loop for WeightedSum<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let mut lanes = [0.0; LANES];
        let mut weights = self.weights.chunks(LANES);
        for row in self.log_odds.chunks(LANES) {
            match weights.next() {
                None => lanes.iter_mut().zip(row).for_each(|(lane, x)| *lane += x),
                Some(weights) => {
                    let terms = row.iter().zip(weights).map(|(x, s)| s * x);
                    lanes.iter_mut().zip(terms).for_each(|(lane, term)| *lane += term);
                }
            }
        }
        fold(lanes)
    }
}
