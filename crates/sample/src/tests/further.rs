//! Tests: the further models and the companions are what they promise to be.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::sync::LazyLock;

use strategy_core::YearMonth;

use crate::spec::MICROS_PER_HOUR;
use crate::{Companion, CompanionSample, PredictionRows, Sample, SampleSpec, generate};

static DEFAULT: LazyLock<Sample> = LazyLock::new(|| generate(&SampleSpec::default()));

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let centred = |values: &[f64]| {
        let centre = mean(values);
        values.iter().map(|value| value - centre).collect::<Vec<f64>>()
    };
    let (a, b) = (centred(a), centred(b));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}

fn micros(month: &str) -> i64 {
    month.parse::<YearMonth>().unwrap().start().timestamp_micros()
}

#[test]
fn each_further_model_has_skill_that_the_others_lack() {
    let sample = &*DEFAULT;
    let first = &sample.instruments[0];
    let models: [PredictionRows; 3] = [
        first.predictions.newest(),
        sample.further_models[0].clone(),
        sample.further_models[1].clone(),
    ];
    let start = first.candles.timestamps.len() - models[0].timestamps.len();
    let labelled: Vec<usize> =
        (0..models[0].y_pred.len()).filter(|&row| first.labels[start + row].is_some()).collect();
    let labels: Vec<f64> = labelled
        .iter()
        .map(|&row| f64::from(u8::from(first.labels[start + row] == Some(true))))
        .collect();
    let logits = models.each_ref().map(|model| {
        assert_eq!(model.timestamps, models[0].timestamps);
        labelled
            .iter()
            .map(|&row| (model.y_pred[row] / (1.0 - model.y_pred[row])).ln())
            .collect::<Vec<_>>()
    });
    for (model, logit) in logits.iter().enumerate() {
        let skill = correlation(logit, &labels);
        assert!(skill > 0.06, "model {model}: {skill}");
        let total: Vec<f64> =
            (0..labels.len()).map(|row| logits.iter().map(|l| l[row]).sum()).collect();
        assert!(correlation(&total, &labels) > skill, "together they know more than model {model}");
    }
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let alike = correlation(&logits[a], &logits[b]);
        assert!(alike < 0.7, "{a} and {b}: {alike}");
    }
}

fn companion(companion: Companion) -> &'static CompanionSample {
    DEFAULT.companions.iter().find(|sample| sample.companion == companion).unwrap()
}

/// Log price less 1.2 times the first instrument's, of the months from the first to before the second.
fn spread(from: &str, to: &str) -> Vec<f64> {
    let (sol, btc) = (companion(Companion::Sol), &DEFAULT.instruments[0]);
    let rows = sol.candles.timestamps.iter().zip(&sol.candles.close).zip(&btc.candles.close);
    rows.filter(|((time, _), _)| (micros(from)..micros(to)).contains(*time))
        .map(|((_, sol), btc)| sol.ln() - 1.2 * btc.ln())
        .collect()
}

#[test]
fn one_stretch_is_cointegrated_and_the_rest_is_not() {
    let memory = |spread: &[f64]| correlation(&spread[1..], &spread[..spread.len() - 1]);
    assert!(memory(&spread("2025-03", "2025-11")) < 0.98);
    assert!(memory(&spread("2024-01", "2025-03")) > 0.995);
}

#[test]
fn the_other_currency_follows_the_first_instrument_and_pays_for_itself() {
    let (usdc, btc) = (companion(Companion::BtcUsdc), &DEFAULT.instruments[0]);
    for (own, first) in usdc.candles.close.iter().zip(&btc.candles.close) {
        assert!((own / first).ln().abs() < 0.004);
    }
    let changes = micros("2025-07");
    let paid = &usdc.funding.as_ref().unwrap().timestamps;
    for (index, &time) in paid.iter().enumerate().skip(1) {
        let hours = (time - paid[index - 1]) / MICROS_PER_HOUR;
        assert_eq!(hours, if time > changes { 4 } else { 8 });
    }
}

#[test]
fn spot_is_near_its_future_and_has_one_stretch_in_which_it_is_not() {
    let (spot, future) = (companion(Companion::BtcSpot), &DEFAULT.instruments[0]);
    assert_eq!(spot.funding, None);
    let closes = spot.candles.close.iter().zip(&future.candles.close);
    let basis: Vec<f64> = closes.map(|(spot, future)| (future / spot).ln()).collect();
    let day = |day: i64| {
        let time = micros("2024-03") + day * 24 * MICROS_PER_HOUR;
        future.candles.timestamps.partition_point(|&timestamp| timestamp < time)
    };
    let (from, to) = (day(10), day(16));
    let wide = basis.iter().filter(|basis| **basis > 0.01).count();
    let wide_then = basis[from..to].iter().filter(|basis| **basis > 0.01).count();
    assert_eq!(wide, wide_then, "hours above 1 %");
    assert!((30..=44).contains(&wide), "{wide}");
    let ordinary = [&basis[..from], &basis[to..]].concat();
    assert!(ordinary.iter().all(|basis| basis.abs() < 0.003));
    assert!((mean(&ordinary) - 0.0003).abs() < 0.0001, "{}", mean(&ordinary));
    let memory = correlation(&ordinary[24..], &ordinary[..ordinary.len() - 24]);
    assert!((0.1..0.4).contains(&memory), "a day later: {memory}");
}

#[test]
fn candles_of_companions_are_possible() {
    for sample in &DEFAULT.companions {
        let candles = &sample.candles;
        assert_eq!(candles.timestamps, DEFAULT.instruments[0].candles.timestamps);
        for row in 0..candles.close.len() {
            let (open, close) = (candles.open[row], candles.close[row]);
            assert!(candles.low[row] > 0.0 && candles.low[row] <= open.min(close));
            assert!(candles.high[row] >= open.max(close) && candles.volume[row] > 0.0);
        }
    }
}
