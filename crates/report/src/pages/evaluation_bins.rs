//! The bins' section of an evaluation.

use crate::number::{change, count, fixed, interval_per_cent, per_cent};
use crate::pages::over_months::over_months;
use crate::pages::{Bin, Evaluation, Month, at};
use crate::{Axis, Chart, Figure, Heat, HeatScale, Ladder, Layer, Rung, Section, Table, Tone};

pub(crate) fn section(page: &Evaluation) -> Section {
    let mut section = Section::new("Bins").figure(ladder(page));
    if page.bins.iter().any(|bin| bin.payoff.is_some()) {
        section = section.figure(payoffs(page));
    }
    section = section.figure(edges(page)).figure(occupancy(page)).figure(months(page));
    if page.sides.is_empty() { section } else { section.table("Sides", sides(page)) }
}

fn ladder(page: &Evaluation) -> Figure {
    let rung = |bin: &Bin| Rung {
        name: bin.number.to_string(),
        tone: bin.tone,
        value: bin.hit_rate.value,
        thick: bin.hit_rate.wilson,
        thin: bin.hit_rate.bootstrap,
        text: per_cent(bin.hit_rate.value, 1),
    };
    let ladder =
        Ladder { rungs: page.bins.iter().rev().map(rung).collect(), level: page.break_even };
    let rows = page.bins.iter().map(|bin| {
        vec![
            bin.number.to_string(),
            side(bin.tone).to_owned(),
            count(bin.rows),
            per_cent(bin.hit_rate.value, 1),
            interval_per_cent(bin.hit_rate.wilson, 1),
            interval_per_cent(bin.hit_rate.bootstrap, 1),
            fixed(bin.mean_p, 4),
        ]
    });
    let even = page.break_even.map_or(String::new(), |level| {
        format!(
            " The dotted line is {}: where a long whose trade ends at a barrier earns its costs; trades that end by \
             time have other payoffs.",
            per_cent(Some(level), 1)
        )
    });
    Figure::new(
        "Hit rate by bin",
        Chart::Ladder(ladder),
        &format!(
            "Share of rows with the label 1, all months. Thick: Wilson {c} %. Thin: block bootstrap {c} %. Blue discs are \
             long bins, orange diamonds short ones.{even}",
            c = page.confidence * 100.0
        ),
        Table::new(&["bin", "side", "rows", "hit rate", "Wilson", "bootstrap", "mean p"]).rows(rows),
    )
    .note(format!("Kendall's tau {}", fixed(page.kendall_tau, 3)))
}

fn payoffs(page: &Evaluation) -> Figure {
    let rung = |bin: &Bin| Rung {
        name: bin.number.to_string(),
        tone: bin.tone,
        value: bin.payoff.map(|payoff| payoff.mean),
        thick: bin.payoff.and_then(|payoff| payoff.interval),
        thin: None,
        text: change(bin.payoff.map(|payoff| payoff.mean), 2),
    };
    let ladder = Ladder { rungs: page.bins.iter().rev().map(rung).collect(), level: Some(0.0) };
    let rows = page.bins.iter().map(|bin| {
        vec![
            bin.number.to_string(),
            side(bin.tone).to_owned(),
            change(bin.payoff.map(|payoff| payoff.mean), 3),
            interval_per_cent(bin.payoff.and_then(|payoff| payoff.interval), 3),
            count(bin.payoff.map_or(0, |payoff| payoff.rows)),
        ]
    });
    Figure::new(
        "Mean net payoff of a long by bin",
        Chart::Ladder(ladder),
        &format!("{} Whiskers: block bootstrap {} %.", page.payoff_rule, page.confidence * 100.0),
        Table::new(&["bin", "side", "mean net payoff", "interval", "rows"]).rows(rows),
    )
}

/// The edges of every month's bins: how the probabilities move.
fn edges(page: &Evaluation) -> Figure {
    let n = page.months.iter().map(|month| month.edges.len()).max().unwrap_or(0);
    let middle = n / 2;
    let layers = (0..n).map(|k| {
        let points =
            page.months.iter().filter_map(|month| Some((at(month.start), *month.edges.get(k)?)));
        let (tone, name) = match k {
            _ if k == middle => (Tone::Ink, "the middle edge"),
            0 => (Tone::Short, "the lowest edge"),
            _ if k + 1 == n => (Tone::Long, "the highest edge"),
            _ => (Tone::Neutral, ""),
        };
        Layer::line(name, tone, points.collect())
    });
    let columns: Vec<String> = std::iter::once("month".to_owned())
        .chain((1..=n).map(|k| format!("{k}|{}", k + 1)))
        .collect();
    let rows = page.months.iter().map(|month| {
        let texts = month.edges.iter().map(|&edge| fixed(Some(edge), 4));
        std::iter::once(month.name.clone()).chain(texts).collect()
    });
    let table = Table { columns, rows: rows.collect(), words: false };
    Figure::new(
        "Edges by month",
        Chart::Plot(over_months(Axis::PerCent, layers.collect())),
        "Between which probabilities each month's bins lie: quantiles of the months before it.",
        table,
    )
    .full()
}

fn occupancy(page: &Evaluation) -> Figure {
    let n = page.bins.len().max(1) as f64;
    let rows = heat_rows(page, |month, k| {
        let all: u64 = month.bin_rows.iter().sum();
        (all > 0).then(|| month.bin_rows.get(k).copied().unwrap_or(0) as f64 / all as f64)
    });
    let scale = HeatScale { middle: 1.0 / n, reach: 2.0 / n };
    let heat = Heat {
        corner: "month".to_owned(),
        columns: columns(page),
        rows,
        scale,
        axis: Axis::PerCent,
        decimals: 1,
        signed: false,
    };
    Figure::heat(
        "Rows by month and bin, %",
        heat,
        &format!(
            "Each bin holds {} of the months before; where a month's share is far from it (blue above, orange below), the \
             scores have moved.",
            per_cent(Some(1.0 / n), 1)
        ),
    )
}

fn months(page: &Evaluation) -> Figure {
    let rows = heat_rows(page, |month, k| month.bin_hit_rates.get(k).copied().flatten());
    let middle = page.base_rate.unwrap_or(0.0);
    let scale = HeatScale { middle, reach: middle.max(0.05) };
    let heat = Heat {
        corner: "month".to_owned(),
        columns: columns(page),
        rows,
        scale,
        axis: Axis::PerCent,
        decimals: 0,
        signed: false,
    };
    Figure::heat(
        "Hit rate by month and bin, %",
        heat,
        &format!(
            "Share of labels 1 in each month's bins; blue above, orange below the base rate of {}. Some thirty rows of \
             overlapping labels a cell: single cells say little.",
            per_cent(page.base_rate, 1)
        ),
    )
}

fn columns(page: &Evaluation) -> Vec<String> {
    page.bins.iter().map(|bin| bin.number.to_string()).collect()
}

fn heat_rows(
    page: &Evaluation,
    value: impl Fn(&Month, usize) -> Option<f64>,
) -> Vec<(String, Vec<Option<f64>>)> {
    let values = |month: &Month| (0..page.bins.len()).map(|k| value(month, k)).collect();
    page.months.iter().map(|month| (month.name.clone(), values(month))).collect()
}

fn sides(page: &Evaluation) -> Table {
    let rows = page.sides.iter().map(|(name, rows, rate, payoff)| {
        vec![
            name.clone(),
            count(*rows),
            per_cent(rate.value, 1),
            interval_per_cent(rate.wilson, 1),
            interval_per_cent(rate.bootstrap, 1),
            change(payoff.map(|payoff| payoff.mean), 3),
            interval_per_cent(payoff.and_then(|payoff| payoff.interval), 3),
        ]
    });
    let columns =
        ["side", "rows", "hit rate", "Wilson", "bootstrap", "mean net payoff", "bootstrap"];
    Table::new(&columns).rows(rows)
}

pub(crate) fn side(tone: Tone) -> &'static str {
    match tone {
        Tone::Long => "long",
        Tone::Short => "short",
        _ => "–",
    }
}
