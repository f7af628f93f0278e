//! `runner trials list`.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::trials::{Ledger, Subject, Trial, Verdict};
use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
use strategy_core::{Console, Result};
use tabular::{BatchWriter, Destination, Format};

/// What the ledger holds of one subject.
struct Line {
    subject: Subject,
    best_sharpe: Option<f64>,
    verdict: Verdict,
}

pub(super) fn run(
    ledger: &Ledger,
    chosen: &impl Fn(&Trial) -> bool,
    format: Format,
    console: &mut Console<'_>,
) -> Result<()> {
    let all = ledger.all()?;
    let subjects: BTreeSet<Subject> =
        all.into_iter().filter(chosen).map(|trial| trial.subject).collect();
    if subjects.is_empty() {
        let _ = writeln!(console.err, "no trials in {}", ledger.path().display());
    }
    let lines = subjects.into_iter().map(|subject| line(ledger, subject));
    let lines = lines.collect::<Result<Vec<_>>>()?;
    if format == Format::Table {
        writeln!(console.out, "{}", table(&lines))?;
        return Ok(());
    }
    let batch = batch(&lines)?;
    let mut writer =
        BatchWriter::new(Destination::Stream(&mut *console.out), format, batch.schema())?;
    writer.write(&batch)?;
    writer.finish()?;
    Ok(())
}

fn line(ledger: &Ledger, subject: Subject) -> Result<Line> {
    let trials = ledger.of(&subject)?;
    let sharpe = |trial: &Trial| trial.daily.as_ref().map(statistics::Moments::sharpe);
    let best = trials
        .iter()
        .max_by(|a, b| sharpe(a).unwrap_or(f64::MIN).total_cmp(&sharpe(b).unwrap_or(f64::MIN)));
    let daily = best.and_then(|best| best.daily);
    let own = |trial: &Trial| best.is_some_and(|best| best.configuration == trial.configuration);
    let verdict = Verdict::of(daily.as_ref(), &trials, own);
    let best_sharpe = best.and_then(sharpe).map(|sharpe| sharpe * 365.0_f64.sqrt());
    Ok(Line { subject, best_sharpe, verdict })
}

/// What a person reads: numbers in a table, then each verdict with the name of its run.
fn table(lines: &[Line]) -> String {
    let header =
        ["strategy", "dataset", "settings", "best Sharpe", "luck's best", "deflated Sharpe"];
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.3}"));
    let row = |line: &Line| {
        vec![
            line.subject.strategy.clone(),
            line.subject.dataset.clone().unwrap_or_default(),
            line.verdict.settings.to_string(),
            number(line.best_sharpe),
            number(line.verdict.expected_max_sharpe),
            number(line.verdict.deflated_sharpe),
        ]
    };
    let verdict = |line: &Line| {
        let Subject { strategy, dataset, run_name } = &line.subject;
        let named = [Some(strategy), dataset.as_ref(), run_name.as_ref()].into_iter().flatten();
        let named: Vec<&str> = named.map(String::as_str).collect();
        format!("\n{}: {}", named.join(" "), line.verdict.sentence)
    };
    let verdicts: String = lines.iter().map(verdict).collect();
    format!("{}\n{verdicts}", terminal::plain(&header, 2, lines.iter().map(row)))
}

fn batch(lines: &[Line]) -> Result<RecordBatch> {
    let text = |of: &dyn Fn(&Line) -> Option<String>| -> ArrayRef {
        Arc::new(lines.iter().map(of).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&Line) -> Option<f64>| -> ArrayRef {
        Arc::new(lines.iter().map(of).collect::<Float64Array>())
    };
    let settings: UInt64Array =
        lines.iter().map(|line| Some(line.verdict.settings as u64)).collect();
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("strategy", text(&|line| Some(line.subject.strategy.clone())), false),
        ("dataset", text(&|line| line.subject.dataset.clone()), true),
        ("run_name", text(&|line| line.subject.run_name.clone()), true),
        ("settings", Arc::new(settings) as ArrayRef, false),
        ("best_sharpe", number(&|line| line.best_sharpe), true),
        ("expected_max_sharpe", number(&|line| line.verdict.expected_max_sharpe), true),
        ("deflated_sharpe", number(&|line| line.verdict.deflated_sharpe), true),
        ("verdict", text(&|line| Some(line.verdict.sentence.clone())), false),
    ])?)
}
