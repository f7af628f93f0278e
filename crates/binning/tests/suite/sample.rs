//! Metadata to test with.

use artifacts::MonthKey;
use binning::{
    BinEdges, BinMetadata, BinPayoffs, BinRecord, Diagnostics, FitRecord, LabelRecord,
    MetadataParts, PayoffTally, Payoffs, SourceRecord,
};
use calibration::{Calibrator, IsotonicCalibrator, PlattScaling};
use chrono::TimeDelta;
use labeling::{LabelCutoff, LabelSource, LeftOut};
use strategy_core::YearMonth;

pub(crate) const DATASET: &str = "binance_btcusdt_perp_1h";
pub(crate) const RUN_NAME: &str = "lgbm_y_tp_before_sl_u0.04_d0.02_24h_binary";

pub(crate) fn key(month: &str) -> MonthKey {
    MonthKey::new(DATASET, RUN_NAME, month.parse().unwrap()).unwrap()
}

/// Four bins of Platt scaling, one of them between equal edges. Written out by hand: no number
/// depends on how anything is computed, so the bytes of its file never change.
pub(crate) fn platt() -> MetadataParts {
    let month: YearMonth = "2025-11".parse().unwrap();
    MetadataParts {
        key: key("2025-11"),
        model_path: format!("models/{DATASET}/{RUN_NAME}/model.txt"),
        matched_model_path: format!("/mnt/old/{RUN_NAME}/model.txt"),
        calibrator: Calibrator::Platt(PlattScaling::new(1.25, -0.5).unwrap()),
        edges: BinEdges::from_vec(vec![0.25, 0.5, 0.5]).unwrap(),
        cal_window_start: month.plus_months(-12).start(),
        cal_window_end: month.start(),
        cal_rows: 8736,
        created_at: month.start() + TimeDelta::seconds(330),
        label: LabelRecord {
            target_key: "y_tp_before_sl_u0.04_d0.02_24h".to_owned(),
            source: LabelSource::Candles,
            tie_policy: Some("conservative".to_owned()),
            cutoff: LabelCutoff::MonthStart,
            left_out: LeftOut { after_cutoff: 24, without_label: 0, in_gap: 3 },
        },
        sources: vec![
            SourceRecord { name: "predictions".to_owned(), rows: 8000 },
            SourceRecord { name: "pred_train".to_owned(), rows: 736 },
        ],
        fit: Some(FitRecord { iterations: 7, gradient_norm: 1.5e-9 }),
        diagnostics: Diagnostics {
            base_rate: 0.375,
            brier_before: 0.25,
            brier_after: 0.2,
            log_loss_before: 0.7,
            log_loss_after: 0.6,
            ece_before: 0.125,
            ece_after: 0.01,
            bins: vec![
                bin(1, None, Some(0.25), 2184, [0.2, 0.19, 0.18, 0.21]),
                bin(2, Some(0.25), Some(0.5), 2184, [0.4, 0.41, 0.38, 0.44]),
                BinRecord {
                    bin: 3,
                    lower: Some(0.5),
                    upper: Some(0.5),
                    rows: 0,
                    mean_p_cal: None,
                    hit_rate: None,
                    hit_rate_lower: None,
                    hit_rate_upper: None,
                    reachable: false,
                },
                bin(4, Some(0.5), None, 4368, [0.6, 0.61, 0.59, 0.63]),
            ],
        },
        payoffs: Some(payoffs()),
        software_version: "0.1.0".to_owned(),
        fingerprint: "0123456789abcdef".repeat(4),
    }
}

/// The month after, two bins of isotonic regression, labels from `targets`.
pub(crate) fn isotonic() -> MetadataParts {
    let month: YearMonth = "2025-12".parse().unwrap();
    let calibrator = IsotonicCalibrator::new(vec![0.125, 0.5, 0.75], vec![0.25, 0.375, 0.625]);
    let mut parts = platt();
    parts.key = key("2025-12");
    parts.calibrator = Calibrator::Isotonic(calibrator.unwrap());
    parts.edges = BinEdges::from_vec(vec![0.375]).unwrap();
    parts.cal_window_start = month.plus_months(-12).start();
    parts.cal_window_end = month.start();
    parts.created_at = month.start() + TimeDelta::milliseconds(1_500);
    parts.label.source = LabelSource::Targets;
    parts.label.tie_policy = None;
    parts.label.cutoff = LabelCutoff::None;
    parts.label.left_out = LeftOut::default();
    parts.fit = None;
    parts.payoffs = None;
    parts.diagnostics.bins = vec![
        bin(1, None, Some(0.375), 4000, [0.3, 0.3, 0.28, 0.32]),
        bin(2, Some(0.375), None, 4736, [0.5, 0.5, 0.48, 0.52]),
    ];
    parts
}

pub(crate) fn metadata() -> BinMetadata {
    BinMetadata::new(platt()).unwrap()
}

fn bin(
    bin: u16,
    lower: Option<f64>,
    upper: Option<f64>,
    rows: u64,
    [mean, rate, low, high]: [f64; 4],
) -> BinRecord {
    BinRecord {
        bin,
        lower,
        upper,
        rows,
        mean_p_cal: Some(mean),
        hit_rate: Some(rate),
        hit_rate_lower: Some(low),
        hit_rate_upper: Some(high),
        reachable: true,
    }
}

/// Payoffs of the 8,000 out-of-sample rows: 2,000, 2,000, 0 and 4,000 a bin. Every number is exact in
/// binary.
fn payoffs() -> Payoffs {
    let side = |sign: f64| {
        let bin = |bin: u16, thousands: u64| BinPayoffs {
            bin,
            take_profit: tally(250 * thousands, 0.0625 * sign, 8),
            stop_loss: tally(250 * thousands, -0.03125 * sign, 4),
            time: tally(500 * thousands, 0.007_812_5 * sign, 24),
            effective_n: 62.5 * thousands as f64,
            block_squares: 0.5 * thousands as f64,
        };
        vec![bin(1, 2), bin(2, 2), BinPayoffs { bin: 3, ..BinPayoffs::default() }, bin(4, 4)]
    };
    Payoffs { rows: 8000, long: side(1.0), short: side(-1.0) }
}

fn tally(n: u64, payoff: f64, rows: u64) -> PayoffTally {
    let count = n as f64;
    PayoffTally {
        n,
        sum: count * payoff,
        sum_of_squares: count * payoff * payoff,
        duration: n * rows,
    }
}
