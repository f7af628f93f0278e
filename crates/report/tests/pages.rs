//! Pages of whatever data: whole, escaped, small, and without anything from outside.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(clippy::cast_possible_wrap, reason = "small numbers of rows")]

use proptest::prelude::*;
use report::pages::{
    Backtest, BestSetting, Bin, BinShape, Costs, EquityCurve, EquityPoint, Evaluation, Halves,
    Inspection, Luck, Measured, Method, Monitoring, Month, MonthBins, Payoff, Sweep, TieBand,
    Trade, Walk, WalkStep, WatchedMonth,
};
use report::{Candle, Tile, Tone};

/// Every element that is opened is closed, in order; no character of a text is read as markup.
fn check(html: &str) {
    assert!(!html.contains(", 1 rows<"), "one row is a row");
    assert!(html.starts_with("<!DOCTYPE html>"));
    for outside in ["<script", "http:", "https:", "url(", "@import", "javascript:", "NaN", "inf "] {
        assert!(!html.contains(outside), "{outside}");
    }
    let mut open = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').unwrap();
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        let name: String = tag.chars().take_while(|c| !c.is_whitespace()).collect();
        match name.trim_end_matches('/') {
            name if name.starts_with('!') || ["meta", "link"].contains(&name) => {}
            name if name.starts_with('/') => {
                assert_eq!(open.pop().as_deref(), Some(&name[1..]), "{tag}");
            }
            _ if tag.ends_with('/') => {}
            "style" => rest = &rest[rest.find("</style>").unwrap() + 8..],
            name => open.push(name.to_owned()),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

const HOSTILE: &str = "<script>alert('x')</script> \" & \u{202e}אבג ضصث 日本 🦀";

fn evaluation(months: usize, n_bins: u16, name: &str) -> Evaluation {
    let share = |k: usize| Some(0.05 + k as f64 / 100.0);
    let measured = |k: usize| Measured {
        value: share(k),
        wilson: Some((0.01, 0.3)),
        bootstrap: (!k.is_multiple_of(3)).then_some((0.0, 0.4)),
    };
    let n = usize::from(n_bins);
    let method = |name: &str| Method {
        name: name.to_owned(),
        brier: Some(0.11),
        decomposition: Some((0.001, 0.004, 0.113)),
        log_loss: Some(0.36),
        auc: Some(0.61),
        slope: Some(0.9),
        intercept: Some(-0.1),
        z: Some(-1.2),
        corp: vec![(0.01, 0.02), (0.2, 0.15), (0.6, 0.5)],
    };
    Evaluation {
        dataset: name.to_owned(),
        facts: vec![name.repeat(4)],
        warnings: vec![name.to_owned(); 30],
        rows: 700 * months as u64,
        base_rate: Some(0.13),
        independent_rows: Some(30.0 * months as f64),
        confidence: 0.95,
        bootstrap: "1000 resamples".to_owned(),
        methods: ["raw", "platt", "isotonic"].map(method).to_vec(),
        judged: 1,
        density: (0_u32..40)
            .map(|k| (f64::from(k) / 80.0, f64::from(k + 1) / 80.0, u64::from(40 - k)))
            .collect(),
        months: (0..months)
            .map(|k| Month {
                name: format!("month {k}"),
                start: 1_672_531_200 + k as i64 * 2_629_800,
                rows: 700,
                base_rate: share(k % 20),
                brier: Some(0.1),
                auc: Some(0.5 + (k % 7) as f64 / 50.0),
                slope: (k != 1).then_some((1.1, Some((0.2, 2.0)))),
                intercept: Some((0.1, None)),
                z: Some(1.0),
                bin_rows: vec![35; n],
                bin_hit_rates: (0..n).map(|b| (b != 2).then_some(0.1)).collect(),
                edges: (1..n).map(|b| b as f64 / 60.0).collect(),
            })
            .collect(),
        bins: (1..=n_bins)
            .map(|number| Bin {
                number,
                tone: [Tone::Short, Tone::Neutral, Tone::Long][usize::from(number) * 3 / (n + 1)],
                rows: 1_300,
                mean_p: share(number.into()),
                hit_rate: measured(number.into()),
                payoff: Some(Payoff { rows: 100, mean: -0.0012, interval: Some((-0.01, 0.008)) }),
            })
            .collect(),
        kendall_tau: Some(0.9),
        ordered_share: Some(0.97),
        break_even: Some(0.35),
        payoff_rule: "rule".to_owned(),
        sides: vec![("long".to_owned(), 2_600, measured(19), None)],
        origin: vec![("Command".to_owned(), name.to_owned())],
    }
}

fn backtest(rows: usize, trades: usize, name: &str) -> Backtest {
    // Hours of up to three years, or as many finer rows.
    let step = if rows > 26_280 { 94_608_000 / rows as i64 } else { 3_600 };
    let mut high = 10_000.0_f64;
    let equity = |k: usize| 10_000.0 + ((k * 7_919) % 977) as f64 - 300.0 + k as f64 / 50.0;
    let point = |k: usize| {
        high = high.max(equity(k));
        EquityPoint {
            time: 1_672_531_200 + k as i64 * step,
            equity: equity(k),
            drawdown: equity(k) / high - 1.0,
            gross_exposure: (k % 3) as f64 / 2.0,
        }
    };
    let equity: Vec<_> = (0..rows).map(point).collect();
    let held = |p: &EquityPoint| EquityPoint { equity: p.equity * 1.5, ..*p };
    let band = TieBand::between(&equity, &equity, |p| (p.time, p.equity));
    let curve = EquityCurve::of(&equity, |p| *p);
    let candle = |k: usize| {
        let open = 100.0 + ((k * 37) % 41) as f64;
        Candle {
            time: (1_672_531_200 + k as i64 * step) as f64,
            open,
            high: open + 3.0,
            low: open - 3.0,
            close: open + (k % 5) as f64 - 2.0,
        }
    };
    let trade = |k: usize| Trade {
        long: k.is_multiple_of(2),
        entry_time: 1_672_531_200 + (k * rows / trades.max(1)) as i64 * step,
        entry_price: 100.0,
        exit_time: (k + 1 < trades).then(|| 1_672_531_200 + (k * rows / trades + 5) as i64 * step),
        exit_price: (k + 1 < trades).then_some(104.0),
        exit_reason: (k + 1 < trades).then_some("take_profit"),
        net_pnl: (k + 1 < trades).then_some(if k.is_multiple_of(3) { 40.0 } else { -20.0 }),
        mae: Some(-0.01),
        mfe: Some(0.02),
        rows_held: Some(k as u64 % 24),
    };
    Backtest {
        dataset: name.to_owned(),
        answers: vec![name.to_owned()],
        tiles: vec![Tile::new(
            "Profit factor",
            report::number::fixed(Some(f64::INFINITY), 2),
            name,
        )],
        capital: 10_000.0,
        other_tie: Some(("optimistic".to_owned(), curve.clone(), band)),
        tie: "pessimistic".to_owned(),
        hold: EquityCurve::of(&equity, held),
        equity: curve,
        costs: (trades > 0).then_some(Costs {
            gross: 10.0,
            slippage: 1.0,
            fees: 3.0,
            funding: -0.5,
            net: 5.5,
        }),
        trades: (0..trades).map(trade).collect(),
        candles: (0..rows).map(candle).collect(),
        summary: vec![("name".to_owned(), name.to_owned())],
        ..Backtest::default()
    }
}

#[test]
fn three_years_of_hours_are_small() {
    for html in [
        evaluation(41, 20, "binance_btcusdt_perp_1h").page().to_html(),
        backtest(26_280, 1_752, "binance_btcusdt_perp_1h").page().to_html(),
    ] {
        check(&html);
        assert!(html.len() < 300_000, "{}", html.len());
    }
}

#[test]
fn more_rows_change_the_size_little() {
    let size = |rows, trades| backtest(rows, trades, "d").page().to_html().len();
    assert!(size(400_000, 30_000) < size(26_280, 1_752) * 13 / 10);
}

#[test]
fn nothing_one_row_and_infinities_are_said() {
    let says = |page: report::Page, words: &[&str]| {
        let html = page.to_html();
        check(&html);
        for part in words {
            assert!(html.contains(part), "{part}");
        }
    };
    says(Evaluation::default().page(), &["nothing can be judged"]);
    says(Backtest::default().page(), &["No trade was made", "nothing to draw"]);
    says(Inspection::default().page(), &["No month", "no bins to show"]);
    says(Monitoring::default().page(), &["No row has a probability"]);
    says(Sweep::default().page(), &["Nothing can be judged", "nothing to draw"]);
    // One month; one row; a label that never came true.
    says(evaluation(1, 2, "one").page(), &["1 of 1 months"]);
    let method = |name: &str| Method { name: name.to_owned(), ..Method::default() };
    let never = Evaluation {
        rows: 1,
        base_rate: Some(0.0),
        methods: ["raw", "platt", "isotonic"].map(method).to_vec(),
        ..evaluation(1, 2, "never")
    };
    says(never.page(), &["All labels are equal", "<strong>0.0 %</strong>", "<strong>–</strong>"]);
    says(inspection(1, "one").page(), &["Bins of one", "unreachable"]);
    let month = WatchedMonth { name: "one".to_owned(), scored: 1, ..WatchedMonth::default() };
    let one = Monitoring { months: vec![month], ..Monitoring::default() };
    says(one.page(), &["No row has a label yet", "nothing to draw"]);
    says(sweep(1, 1, "one").page(), &["40 settings tried"]);
    // One row; trades that all lose, and that all gain.
    says(backtest(1, 1, "one").page(), &["∞"]);
    for net in [-20.0, 40.0] {
        let mut page = backtest(500, 20, "one side of luck");
        page.trades.iter_mut().for_each(|trade| trade.net_pnl = trade.net_pnl.map(|_| net));
        let share = if net < 0.0 { "<td>0.0 %</td>" } else { "<td>100.0 %</td>" };
        says(page.page(), &[share, "–"]);
    }
}

/// `months` months of one bin, that no score leads to.
fn inspection(months: usize, name: &str) -> Inspection {
    let bin = BinShape {
        number: 1,
        tone: Tone::Short,
        lower: None,
        upper: Some(0.1),
        rows: 3,
        mean_p: Some(0.05),
        hit_rate: Some(0.0),
        interval: Some((0.0, 0.6)),
        reachable: false,
    };
    let month = MonthBins {
        name: name.to_owned(),
        facts: vec![(name.to_owned(), name.to_owned())],
        rows: 3,
        base_rate: 0.0,
        quality: vec![("Brier".to_owned(), 0.1, 0.1)],
        curve: vec![(0.0, 0.1), (1.0, 0.4)],
        bins: vec![bin],
    };
    Inspection {
        dataset: name.to_owned(),
        months: vec![month; months],
        facts: vec![name.to_owned()],
        warnings: vec![name.to_owned()],
        ..Inspection::default()
    }
}

#[test]
fn hostile_names_are_text() {
    for name in [HOSTILE.to_owned(), "x".repeat(200), "'\"><svg onload=alert(1)>".to_owned()] {
        check(&evaluation(3, 20, &name).page().to_html());
        check(&backtest(500, 20, &name).page().to_html());
        check(&inspection(2, &name).page().to_html());
        check(&monitoring(&name).page().to_html());
        check(&sweep(4, 3, &name).page().to_html());
    }
}

fn monitoring(name: &str) -> Monitoring {
    let month = |k: u8| WatchedMonth {
        name: name.to_owned(),
        start: i64::from(k) * 2_629_800,
        scored: 700,
        missing: 1,
        labelled: 690,
        promised: Some(0.12),
        came: (k != 1).then_some(0.05),
        alarms: if k == 2 { "down".to_owned() } else { String::new() },
        psi: (k > 2).then_some((0.7, 0.5)),
        distance: (k > 2).then_some((0.01, 0.03)),
    };
    Monitoring {
        dataset: name.to_owned(),
        facts: vec![name.to_owned()],
        months: (0..6).map(month).collect(),
        detectors: vec![
            ("watch down".to_owned(), 120.0, 366.0),
            ("alert up".to_owned(), 7_000.0, 7_320.0),
        ],
        lags: vec![("sink".to_owned(), name.to_owned())],
        alerts: vec![["CalibrationWatch", "down", "2025-11-01T00:00:00Z", name].map(str::to_owned)],
        ..Monitoring::default()
    }
}

#[test]
fn a_monitor_says_what_fires() {
    let html = monitoring(HOSTILE).page().to_html();
    for part in ["One alert fires.", "in a month with an alarm", "7,000.0 of 7,320"] {
        assert!(html.contains(part), "{part}");
    }
    let calm = Monitoring { alerts: Vec::new(), ..monitoring("calm") }.page().to_html();
    assert!(calm.contains("Nothing fires."));
}

fn sweep(down: usize, across: usize, name: &str) -> Sweep {
    let ratio = |k: usize| (k % 7 != 3).then_some(k as f64 / 40.0 - 1.0);
    let settings = (0..down * across)
        .map(|k| (vec![format!("{}{name}", k / across), (k % across).to_string()], ratio(k)));
    let best = (0..10.min(down * across)).map(|k| BestSetting {
        values: vec![name.to_owned(), k.to_string()],
        sharpe: 2.0 - k as f64,
        interval: (k != 2).then_some((-1.0, 3.0)),
        total_return: 0.1,
        max_drawdown: -0.2,
        trades: 300,
    });
    let step = |k: i64| WalkStep {
        name: format!("month {k}"),
        start: 1_672_531_200 + k * 2_629_800,
        values: if k == 1 { Vec::new() } else { vec![name.to_owned(), "1".to_owned()] },
        past_sharpe: (k != 1).then_some(1.2),
        total_return: if k % 2 == 0 { 0.03 } else { -0.01 },
        trades: 9,
    };
    Sweep {
        dataset: name.to_owned(),
        facts: vec![name.to_owned()],
        keys: vec!["entry-z".to_owned(), name.to_owned()],
        settings: settings.collect(),
        days: 700,
        best: best.collect(),
        effective: Some(3.4),
        luck: Luck {
            tried: 40,
            expected_max: Some(1.7),
            deflated: Some(0.58),
            sentence: "40 settings tried; deflated Sharpe 0.58: not distinguishable from luck."
                .to_owned(),
            ..Luck::default()
        },
        overfitting: Some(Halves {
            probability: 0.41,
            loss_probability: 0.3,
            logits: (0..12_870).map(|k| f64::from(k % 41) / 10.0 - 1.5).collect(),
        }),
        superior: Some([0.2, 0.31, 0.4]),
        walk: Some(Walk {
            rule: "Chosen on 12 months.".to_owned(),
            steps: (0..30).map(step).collect(),
            sharpe: Some(0.2),
            sentence: name.to_owned(),
            ..Walk::default()
        }),
        remarks: vec![name.to_owned()],
        origin: vec![("Command".to_owned(), name.to_owned())],
        ..Sweep::default()
    }
}

#[test]
fn a_sweep_of_any_size() {
    let html = sweep(8, 5, "entry").page().to_html();
    check(&html);
    for part in [
        "40 settings tried; deflated Sharpe 0.58",
        "Surface: Sharpe ratio",
        "Overfitting (PBO)",
        "41 %",
        "Chosen on the past, reported on the future",
        "p = 0.310",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let large = sweep(100, 100, "d").page().to_html();
    check(&large);
    assert!(large.len() < 300_000, "{}", large.len());
    assert!(large.contains("Of 100 × 100 values every n-th is shown"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_and_any_size_make_a_whole_page(
        name in "\\PC{0,60}",
        months in 0_usize..5,
        n_bins in 2_u16..40,
        rows in 0_usize..200,
        trades in 0_usize..10,
    ) {
        // What the check itself looks for may stand in a name.
        prop_assume!(!["NaN", "inf ", "url(", "http"].iter().any(|part| name.contains(part)));
        check(&evaluation(months, n_bins, &name).page().to_html());
        check(&backtest(rows, trades, &name).page().to_html());
    }
}
