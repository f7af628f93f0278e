//! What a sweep's results say, taken together.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;
use statistics::{
    AverageCorrelation, BlockSums, Interval, Moments, Overfitting, Resampling, StatisticsError,
    SuperiorAbility, SuperiorAbilityTest, backtest_overfitting, block_length, sharpe_ratio,
    stationary_bootstrap,
};

use crate::{Evaluated, Outcome, ResultsFolder, TrialsError, Verdict};

/// Blocks of the cross-validation: 12,870 ways to split them in half.
const BLOCKS: usize = 16;

/// Days of a year in a market that never closes.
const DAYS_A_YEAR: f64 = 365.0;

/// A setting of the table of the best.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranked {
    /// Its number in the plan, from 0.
    pub setting: usize,
    /// Annual Sharpe ratio.
    pub sharpe: f64,
    /// Its interval by stationary bootstrap; none where days are too few.
    pub interval: Option<Interval>,
    /// Last equity over capital, minus 1.
    pub total_return: f64,
    /// Deepest drawdown.
    pub max_drawdown: f64,
    /// Closed trades.
    pub trades: u64,
}

/// What a sweep's results say, taken together.
///
/// The best settings are chosen and shown on the same rows: their ratios are what luck and skill reached
/// together, and no promise. What cannot be said is null, and a remark says why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepReport {
    /// Settings of the plan.
    pub settings: usize,
    /// Those that could not be evaluated.
    pub refused: usize,
    /// Those whose equity never moved.
    pub without_trades: usize,
    /// Days with a return.
    pub days: usize,
    /// The best by Sharpe ratio, the first of equals first.
    pub best: Vec<Ranked>,
    /// How many independent settings they are worth, by their mean correlation.
    pub effective_trials: Option<f64>,
    /// Probability of backtest overfitting.
    pub overfitting: Option<Overfitting>,
    /// Hansen's test that no setting earns more than nothing.
    pub superior_ability: Option<SuperiorAbility>,
    /// What luck explains of the best, among these settings alone.
    pub verdict: Verdict,
    /// What is missing above, and why.
    pub remarks: Vec<String>,
    /// The settings that could not be evaluated.
    #[serde(skip)]
    pub refusals: BTreeSet<usize>,
    /// Why the first of them could not.
    #[serde(skip)]
    pub first_refusal: Option<String>,
    /// The annual Sharpe ratio of each setting of the plan; none where it has none.
    #[serde(skip)]
    pub sharpes: Vec<Option<f64>>,
    /// Moments of each setting's daily returns; none where they do not move.
    #[serde(skip)]
    pub daily: Vec<Option<Moments>>,
}

/// What the first reading keeps, a setting that has a Sharpe ratio.
struct Kept {
    setting: usize,
    daily: Moments,
    total_return: f64,
    max_drawdown: f64,
    trades: u64,
    blocks: Result<BlockSums, StatisticsError>,
}

/// Reads the results of a sweep twice, and takes them together. Memory grows by some hundred bytes a
/// setting, not by its returns.
///
/// # Errors
/// If the results cannot be read, settings have returns of different days, or the settings of resampling
/// are impossible.
pub fn analyse(
    results: &ResultsFolder,
    top: usize,
    resampling: &Resampling,
) -> Result<SweepReport, TrialsError> {
    resampling.check()?;
    let mut remarks = Vec::new();
    let mut daily = Vec::new();
    let mut kept: Vec<Kept> = Vec::new();
    let mut refusals = BTreeSet::new();
    let mut first_refusal = None;
    let mut correlation: Option<AverageCorrelation> = None;
    let mut days = 0;
    // Daily returns of the best so far, the first of equals.
    let mut of_best: (f64, Vec<f64>) = (f64::NEG_INFINITY, Vec::new());
    results.each_batch(|batch| {
        for outcome in batch {
            let one = match outcome {
                Outcome::Evaluated(one) => one,
                Outcome::Refused(why) => {
                    first_refusal.get_or_insert(why);
                    refusals.insert(daily.len());
                    daily.push(None);
                    continue;
                }
            };
            days = one.returns.len();
            let correlation = correlation.get_or_insert_with(|| AverageCorrelation::new(days));
            if let Some(moments) = one.daily {
                correlation.add(&one.returns)?;
                kept.push(Kept::of(daily.len(), moments, &one));
                if moments.sharpe() > of_best.0 {
                    of_best = (moments.sharpe(), one.returns);
                }
            }
            daily.push(one.daily);
        }
        Ok(())
    })?;
    let sharpes: Vec<f64> = kept.iter().map(|one| one.daily.sharpe()).collect();
    let blocks: Result<Vec<BlockSums>, _> = kept.iter().map(|one| one.blocks.clone()).collect();
    let overfitting = blocks.and_then(|blocks| backtest_overfitting(&blocks));
    // A stable order: of equals the first.
    kept.sort_by(|a, b| b.daily.sharpe().total_cmp(&a.daily.sharpe()));
    let refused = refusals.len();
    let evaluated = daily.len() - refused;
    let verdict = Verdict::of_sharpes(kept.first().map(|one| &one.daily), &sharpes, evaluated);
    let without_trades = evaluated - kept.len();
    kept.truncate(top.max(1));
    let second = Second::read(results, &kept, &of_best.1, resampling);
    let (superior_ability, mut returns) = match second {
        Ok(second) => (Some(second.test), second.returns),
        Err(TrialsError::Statistics(error)) => {
            remarks.push(format!("no test of superior ability: {error}"));
            (None, BTreeMap::new())
        }
        Err(error) => return Err(error),
    };
    let best = kept.iter().take(top).map(|one| {
        let returns = returns.remove(&one.setting).unwrap_or_default();
        one.ranked(interval(&returns, resampling).ok())
    });
    let best = best.collect();
    Ok(SweepReport {
        settings: daily.len(),
        refused,
        without_trades,
        days,
        best,
        effective_trials: correlation.and_then(|all| all.effective_trials().ok()),
        overfitting: overfitting
            .map_err(|error| {
                remarks.push(if evaluated < 2 {
                    "no probability of overfitting: it takes two settings or more".to_owned()
                } else {
                    format!("no probability of overfitting: {error}")
                });
            })
            .ok(),
        superior_ability,
        verdict,
        remarks,
        refusals,
        first_refusal,
        sharpes: daily
            .iter()
            .map(|one| Some(one.as_ref()?.sharpe() * DAYS_A_YEAR.sqrt()))
            .collect(),
        daily,
    })
}

fn interval(returns: &[f64], resampling: &Resampling) -> Result<Interval, StatisticsError> {
    let block = block_length(returns)?.stationary;
    resampling.stationary(returns.len(), block, |order| {
        let drawn: Vec<f64> = order.iter().map(|&day| returns[day]).collect();
        sharpe_ratio(&drawn, DAYS_A_YEAR).unwrap_or(f64::NAN)
    })
}

impl Kept {
    fn of(setting: usize, daily: Moments, one: &Evaluated) -> Self {
        let &Evaluated { total_return, max_drawdown, trades, .. } = one;
        let blocks = BlockSums::of(&one.returns, BLOCKS);
        Self { setting, daily, total_return, max_drawdown, trades, blocks }
    }

    fn ranked(&self, interval: Option<Interval>) -> Ranked {
        let &Self { setting, total_return, max_drawdown, trades, .. } = self;
        let sharpe = self.daily.sharpe() * DAYS_A_YEAR.sqrt();
        Ranked { setting, sharpe, interval, total_return, max_drawdown, trades }
    }
}

/// The daily returns of a setting that traded.
fn returns_of(outcome: &Outcome) -> Option<&[f64]> {
    match outcome {
        Outcome::Evaluated(one) if one.daily.is_some() => Some(&one.returns),
        _ => None,
    }
}

/// What the second reading gives, which knows the best.
struct Second {
    test: SuperiorAbility,
    /// Daily returns of the best.
    returns: BTreeMap<usize, Vec<f64>>,
}

impl Second {
    fn read(
        results: &ResultsFolder,
        best: &[Kept],
        of_best: &[f64],
        &Resampling { resamples, seed, .. }: &Resampling,
    ) -> Result<Self, TrialsError> {
        let days = of_best.len();
        let mean_block = block_length(of_best)?.stationary.max(1.0);
        let orders = stationary_bootstrap(days, mean_block, resamples, seed, <[usize]>::to_vec)?;
        let mut test = SuperiorAbilityTest::new(days, mean_block, orders)?;
        let mut returns = BTreeMap::new();
        let mut setting = 0;
        results.each_batch(|batch| {
            let traded: Vec<&[f64]> = batch.iter().filter_map(returns_of).collect();
            let contributions = traded
                .par_chunks(16)
                .map(|settings| test.contributions(settings))
                .collect::<Result<Vec<_>, _>>()?;
            contributions.into_iter().flatten().for_each(|one| test.merge(one));
            for outcome in batch {
                if let Outcome::Evaluated(one) = outcome
                    && best.iter().any(|kept| kept.setting == setting)
                {
                    returns.insert(setting, one.returns);
                }
                setting += 1;
            }
            Ok(())
        })?;
        Ok(Self { test: test.finish()?, returns })
    }
}
