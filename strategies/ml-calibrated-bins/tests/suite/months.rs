//! Which month's bins are used, and what is said of it.

use std::path::Path;

use artifacts::Artifact;
use ml_calibrated_bins::{BinsError, MissingMonth, MlCalibratedBins};
use strategy_core::{Strategy, Subject};

use crate::decisions::{decide, scan, strategy};
use crate::window::{made, naive, start};

#[test]
fn bins_of_another_month_are_used_where_they_are_asked_for() {
    for (wish, rows_of, bins_of, says) in [
        ("2025-12=2025-11", "2025-12", 1, None),
        ("2025-10=2025-11", "2025-10", 1, Some("calibrated on data after them")),
        ("2025-11=2025-10", "2025-11", 0, None),
        ("2025-11=2025-11", "2025-11", 1, None),
    ] {
        let mut config = made().config();
        config.bins_for = vec![wish.parse().unwrap()];
        let mut strategy = strategy(config, &[rows_of]).unwrap();
        let rows = scan(start(rows_of));
        for (decision, (_, score)) in decide(&mut strategy, &rows).iter().zip(&rows) {
            let wanted = naive(&made().bins[bins_of], *score).1;
            assert_eq!(decision.scored.unwrap().q_bin, wanted, "{wish}");
        }
        let remarks = strategy.remarks().join("\n");
        assert_eq!(says.is_some(), remarks.contains("data after them"), "{wish}: {remarks}");
    }
}

#[test]
fn two_wishes_for_a_month_contradict() {
    let mut config = made().config();
    config.bins_for =
        ["2025-11=2025-10", "2025-11=2025-09"].map(|wish| wish.parse().unwrap()).into();
    let error = strategy(config, &["2025-11"]).unwrap_err();
    assert!(matches!(error, BinsError::OverrideNotUnique { .. }), "{error}");
}

#[test]
fn decisions_begin_with_the_first_month_that_has_bins() {
    let subject = made().subject();
    let begins = |missing_month, bins_for: &[&str]| {
        let mut config = made().config();
        config.missing_month = missing_month;
        config.bins_for = bins_for.iter().map(|wish| wish.parse().unwrap()).collect();
        MlCalibratedBins::begins(&config, &subject).unwrap()
    };
    assert_eq!(begins(MissingMonth::Error, &[]), Some(start("2025-10")));
    assert_eq!(begins(MissingMonth::Error, &["2025-08=2025-11"]), Some(start("2025-08")));
    assert_eq!(begins(MissingMonth::Skip, &[]), None);
}

#[test]
fn bins_of_another_instrument_or_model_are_refused() {
    let bytes = made().bins[1].encode(Path::new("")).unwrap();
    let path = made().root.join("a-copy.msgpack");
    std::fs::write(&path, &bytes).unwrap();
    let open = |subject: Subject| {
        let mut config = made().config();
        config.bins_for = vec![format!("2025-11={}", path.display()).parse().unwrap()];
        let mut strategy = MlCalibratedBins::new(config, &subject).unwrap();
        strategy.adopt("2025-11".parse().unwrap(), Some(&bytes))
    };
    assert!(open(made().subject()).is_ok());
    let other = Subject { dataset: Some("sample_other_perp_1h".to_owned()), ..made().subject() };
    let error = open(other).unwrap_err();
    assert!(matches!(error, BinsError::OtherDataset { .. }), "{error}");
    let model_path = Some("models/x/another_run/model.txt".to_owned());
    let error = open(Subject { model_path, ..made().subject() }).unwrap_err();
    assert!(matches!(error, BinsError::OtherModel { .. }), "{error}");
}

/// The target key of the sample's run is +4 % before −2 % in 24 hours.
#[test]
fn a_long_ends_at_the_barriers_and_a_short_at_the_same_ones() {
    let exits = MlCalibratedBins::exits(&made().config(), &made().subject()).unwrap();
    let of = |exits: strategy_core::Exits| (exits.take_profit, exits.stop_loss, exits.max_hold);
    assert_eq!(of(exits.long), (Some(0.04), Some(0.02), Some(24)));
    assert_eq!(of(exits.short), (Some(0.02), Some(0.04), Some(24)));
}
