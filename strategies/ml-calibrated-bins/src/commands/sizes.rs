//! The size that each bin's trades would get from their payoffs, and why not more.

use binning::BinMetadata;
use labeling::{TargetKey, TiePolicy};
use risk::{KellyCosts, KellySettings, KellySize, payoff_kelly};
use serde::Serialize;
use strategy_core::Side;

use terminal::plain;

/// One bin and side.
#[derive(Debug, Serialize)]
pub(super) struct BinSize {
    bin: u16,
    /// 1 or −1.
    side: i8,
    n: u64,
    effective_n: f64,
    #[serde(flatten)]
    size: KellySize,
}

/// The sizes of all bins that have trades, longs first. Funding is left out: it depends on the time.
pub(super) fn sizes(metadata: &BinMetadata, round_trip: f64) -> Vec<BinSize> {
    let parts = metadata.parts();
    let Some(payoffs) = &parts.payoffs else { return Vec::new() };
    let rule = TargetKey::parse(&parts.label.target_key).map(|key| key.rule(TiePolicy::default()));
    let stops = rule.ok().map(|rule| [rule.stop_loss(), rule.take_profit()]);
    let costs = KellyCosts { round_trip, funding_a_row: 0.0 };
    let sides = [(Side::Long, 0), (Side::Short, 1)];
    sides
        .into_iter()
        .flat_map(|(side, place)| {
            metadata.edges().bins().filter_map(move |bin| {
                let outlook = payoffs.outlook(bin, side)?;
                let stop = stops.map(|stops| stops[place]);
                let size = payoff_kelly(&outlook, &costs, stop, &KellySettings::default());
                let n = payoffs.of(side)?[usize::from(bin) - 1].total().n;
                let effective_n = outlook.effective_n;
                Some(BinSize { bin, side: side.code(), n, effective_n, size })
            })
        })
        .collect()
}

/// What a person reads: one table a side, and what the columns mean.
pub(super) fn text(sizes: &[BinSize], round_trip: f64) -> String {
    let header =
        ["bin", "trades", "effective", "mean %", "shrunk %", "± %", "Kelly", "size", "because of"];
    let percent = |fraction: f64| format!("{:.3}", fraction * 100.0);
    let row = |found: &BinSize| {
        let size = &found.size;
        vec![
            found.bin.to_string(),
            found.n.to_string(),
            format!("{:.1}", found.effective_n),
            percent(size.mean),
            percent(size.shrunk_mean),
            percent(size.shrunk_error),
            format!("{:.2}", size.kelly),
            format!("{:.3}", size.size),
            size.cap.to_string(),
        ]
    };
    let side = |name: &str, code: i8| {
        let rows = sizes.iter().filter(|found| found.side == code);
        let all = rows.clone().next().map_or(0.0, |found| found.size.side_mean);
        format!(
            "\nsizes of {name} trades, of which all rows' mean is {} %\n{}\n",
            percent(all),
            plain(&header, 0, rows.map(row))
        )
    };
    format!(
        "{}{}\nMeans are payoffs after {} % of costs, in the window, out-of-sample rows only, entered at the \
         row's close; a backtest enters at the next open. Sizes are multiples of the equity, before funding.",
        side("long", 1),
        side("short", -1),
        percent(round_trip)
    )
}
