//! The trades' section of a backtest.

use std::collections::BTreeMap;

use crate::number::{change, count, fixed, per_cent, signed};
use crate::pages::{Backtest, Trade};
use crate::time::minute;
use crate::{Axis, Bar, Bars, Chart, Figure, Layer, Plot, Section, Table, Tone};

/// Columns of a table of trades.
pub(crate) const COLUMNS: &[&str] = &[
    "entry",
    "side",
    "entry price",
    "exit",
    "exit price",
    "reason",
    "rows",
    "worst",
    "best",
    "net",
];

pub(crate) fn row(trade: &Trade) -> Vec<String> {
    vec![
        minute(trade.entry_time),
        if trade.long { "long" } else { "short" }.to_owned(),
        price(Some(trade.entry_price)),
        trade.exit_time.map_or_else(|| "open".to_owned(), minute),
        price(trade.exit_price),
        reason(trade).unwrap_or_default(),
        trade.rows_held.map_or_else(String::new, count),
        change(trade.mae.map(|m| -m.abs()), 2),
        change(trade.mfe, 2),
        signed(trade.net_pnl, 2),
    ]
}

/// Why it ended, in words.
pub(crate) fn reason(trade: &Trade) -> Option<String> {
    trade.exit_reason.map(in_words)
}

fn in_words(name: &str) -> String {
    name.replace('_', " ")
}

/// A price with the digits that it has.
fn price(price: Option<f64>) -> String {
    let decimals = price.map_or(2, |p| if p.abs() >= 100.0 { 2 } else { 5 });
    fixed(price, decimals)
}

pub(crate) fn section(page: &Backtest) -> Section {
    let section = Section::new("Trades");
    if page.trades.is_empty() {
        return section.text("No trade was made.");
    }
    section
        .figure(groups(
            page,
            "By exit",
            "Net result of the trades that ended for each reason, in money.",
            "reason",
            |trade| trade.exit_reason.unwrap_or("open"),
        ))
        .figure(groups(
            page,
            "By side",
            "Net result of long and of short trades, in money.",
            "side",
            |trade| if trade.long { "long" } else { "short" },
        ))
        .figure(holding(page))
        .figure(excursions(page))
        .table("Largest gains and losses", largest(page))
}

/// Net results summed by a name.
fn groups(
    page: &Backtest,
    title: &str,
    caption: &str,
    column: &str,
    name: fn(&Trade) -> &'static str,
) -> Figure {
    let mut groups = BTreeMap::<&str, (u64, u64, f64)>::new();
    for trade in &page.trades {
        let (trades, won, net) = groups.entry(name(trade)).or_default();
        *trades += 1;
        *won += u64::from(trade.net_pnl.is_some_and(|net| net > 0.0));
        *net += trade.net_pnl.unwrap_or(0.0);
    }
    let bars = groups.iter().map(|(name, &(trades, _, net))| Bar {
        name: format!("{} ({})", in_words(name), count(trades)),
        from: 0.0,
        to: net,
        tone: Tone::of_sign(net),
        text: signed(Some(net), 2),
    });
    let rows = groups.iter().map(|(name, &(trades, won, net))| {
        vec![
            in_words(name),
            count(trades),
            per_cent(Some(won as f64 / trades as f64), 1),
            signed(Some(net), 2),
            signed(Some(net / trades as f64), 2),
        ]
    });
    Figure::new(
        title,
        Chart::Bars(Bars { bars: bars.collect(), whole: None }),
        &format!("{caption} In brackets: how many."),
        Table::new(&[column, "trades", "won", "net", "net a trade"]).rows(rows),
    )
}

fn holding(page: &Backtest) -> Figure {
    let held = page.trades.iter().filter_map(|trade| trade.rows_held);
    let bars = histogram(&held.map(|rows| rows as f64).collect::<Vec<_>>(), 24, true);
    let rows = bars.iter().map(|&(from, to, n)| {
        vec![format!("{} up to {}", fixed(Some(from), 0), fixed(Some(to), 0)), fixed(Some(n), 0)]
    });
    let table = Table::new(&["rows held", "trades"]).rows(rows);
    let layer = Layer::Bars { name: "trades".to_owned(), tone: Tone::Neutral, bars };
    Figure::new(
        "Holding times",
        Chart::Plot(Plot::new(Axis::Whole, Axis::Whole, vec![layer])),
        "Across: decision rows from entry to exit; up: trades.",
        table,
    )
}

/// How far trades went against and for their side: winners and losers apart.
fn excursions(page: &Backtest) -> Figure {
    let of = |won: bool, value: fn(&Trade) -> Option<f64>| -> Vec<f64> {
        let trades = page.trades.iter().filter(|t| t.net_pnl.is_some_and(|net| (net > 0.0) == won));
        trades.filter_map(value).collect()
    };
    let mae = |trade: &Trade| trade.mae.map(|m| -m.abs());
    let mfe = |trade: &Trade| trade.mfe;
    let quantiles = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
            let k = (share * values.len().saturating_sub(1) as f64).round() as usize;
            values.get(k).copied()
        };
        [0.1, 0.5, 0.9].map(at)
    };
    let mut rungs = Vec::new();
    let mut table = Table::new(&["trades", "what", "10 %", "median", "90 %", "number"]);
    let groups = [
        ("won, best", "best", Tone::Long, of(true, mfe)),
        ("won, worst", "worst", Tone::Long, of(true, mae)),
        ("lost, best", "best", Tone::Short, of(false, mfe)),
        ("lost, worst", "worst", Tone::Short, of(false, mae)),
    ];
    for (name, what, tone, values) in groups {
        let n = values.len() as u64;
        let [low, middle, high] = quantiles(values);
        rungs.push(crate::Rung {
            name: name.to_owned(),
            tone,
            value: middle,
            thick: low.zip(high),
            thin: None,
            text: change(middle, 2),
        });
        table = table.row([
            name[..name.find(',').unwrap_or(0)].to_owned(),
            what.to_owned(),
            change(low, 2),
            change(middle, 2),
            change(high, 2),
            count(n),
        ]);
    }
    let ladder = crate::Ladder { rungs, level: Some(0.0) };
    Figure::new(
        "Excursions (MAE, MFE)",
        Chart::Ladder(ladder),
        "How far trades went against their side (worst) and for it (best) before they ended, as a share of the entry \
         price: median and the middle four fifths.",
        table,
    )
}

fn largest(page: &Backtest) -> Table {
    let mut closed: Vec<&Trade> =
        page.trades.iter().filter(|trade| trade.net_pnl.is_some_and(f64::is_finite)).collect();
    closed.sort_by(|a, b| b.net_pnl.unwrap_or(0.0).total_cmp(&a.net_pnl.unwrap_or(0.0)));
    let few = closed.len().min(5);
    let losses = closed.len().saturating_sub(5).max(few);
    let shown = closed[..few].iter().chain(&closed[losses..]);
    Table::new(COLUMNS).rows(shown.map(|trade| row(trade)))
}

/// From, to and number of values in up to `bins` stretches of equal width.
pub(crate) fn histogram(values: &[f64], bins: usize, whole: bool) -> Vec<(f64, f64, f64)> {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    let fold = |(low, high): (f64, f64), v: f64| (low.min(v), high.max(v));
    let (low, high) = finite.clone().fold((f64::INFINITY, f64::NEG_INFINITY), fold);
    if low > high {
        return Vec::new();
    }
    let mut width = (high - low) / bins as f64;
    if whole {
        width = ((high - low + 1.0) / bins as f64).ceil();
    }
    if width <= 0.0 {
        width = 1.0;
    }
    let mut counts = vec![0.0; bins];
    for value in finite {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        let k = (((value - low) / width) as usize).min(bins - 1);
        counts[k] += 1.0;
    }
    while counts.last() == Some(&0.0) {
        counts.pop();
    }
    let from = |k: usize| low + k as f64 * width;
    counts.into_iter().enumerate().map(|(k, n)| (from(k), from(k + 1), n)).collect()
}
