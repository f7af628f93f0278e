//! Chosen on the past, judged on the future.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use statistics::{Moments, purged_train};

use crate::{Outcome, ResultsFolder, TrialsError};

/// How a walk-forward goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkForward {
    /// Calendar months that a setting is chosen on.
    pub train: u32,
    /// Calendar months that it is then used for.
    pub test: u32,
    /// Days at the end of the past that are not looked at: trades opened then reach into the future.
    pub purge: usize,
    /// Days after an earlier test period that are not looked at either.
    pub embargo: usize,
    /// Chooses on the reported days too: what hindsight would have earned, and no result.
    #[serde(default)]
    pub look_ahead: bool,
}

/// One step: a setting chosen on past days, for the days that follow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Days that were looked at, from 0, the purged ones left out.
    pub train: Range<usize>,
    /// Days that the setting is used for.
    pub test: Range<usize>,
    /// The setting with the best Sharpe ratio of the past, the first of equals; none if none had one.
    pub chosen: Option<usize>,
    /// That ratio, a day's.
    pub sharpe: Option<f64>,
}

impl WalkForward {
    /// The steps over days whose months are `months` (any number that grows by 1 a month, one a day, in
    /// order): from the first month that has `train` whole months before it.
    ///
    /// The first month counts as whole: a period that starts within it has a shorter past there.
    #[must_use]
    pub fn steps(&self, months: &[i64]) -> Vec<Step> {
        let (Some(&first), Some(&last)) = (months.first(), months.last()) else {
            return Vec::new();
        };
        let day_of = |month: i64| months.partition_point(|&of_day| of_day < month);
        let (train, test) = (i64::from(self.train), i64::from(self.test.max(1)));
        let starts =
            (0..).map(|step| first + train + step * test).take_while(|&start| start <= last);
        starts
            .map(|start| {
                let test = day_of(start)..day_of(start + test);
                let past = day_of(start - train)..test.start;
                // What lies in the past only needs the purge before the test; an embargo makes it
                // longer, since what follows a test is never looked at here.
                let left = purged_train(
                    past.clone(),
                    std::slice::from_ref(&test),
                    self.purge + self.embargo,
                    0,
                );
                let end = left.last().map_or(past.start, |day| day + 1);
                let end = if self.look_ahead { test.end } else { end };
                Step { train: past.start..end, test, chosen: None, sharpe: None }
            })
            .filter(|step| !step.test.is_empty())
            .collect()
    }

    /// The steps with the settings chosen: for each, that with the best Sharpe ratio over its past days.
    /// No day from a step's test on is looked at, but with [`look_ahead`](Self::look_ahead).
    ///
    /// # Errors
    /// If the results cannot be read.
    pub fn choose(
        &self,
        results: &ResultsFolder,
        months: &[i64],
    ) -> Result<Vec<Step>, TrialsError> {
        let mut steps = self.steps(months);
        let mut setting = 0;
        for batch in results.outcomes()? {
            for outcome in batch? {
                if let Outcome::Evaluated(one) = outcome {
                    for step in &mut steps {
                        let past = one.returns.get(step.train.clone()).unwrap_or_default();
                        let Ok(moments) = Moments::of(past) else { continue };
                        if step.sharpe.is_none_or(|best| moments.sharpe() > best) {
                            step.sharpe = Some(moments.sharpe());
                            step.chosen = Some(setting);
                        }
                    }
                }
                setting += 1;
            }
        }
        Ok(steps)
    }
}
