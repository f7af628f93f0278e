//! Target keys: what is read, what is refused and how it is said.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::error::Error as _;

use chrono::TimeDelta;
use labeling::{KeyError, KeyPart, LabelError, TargetKey, TiePolicy};

fn check(text: &str, u: f64, d: f64, horizon: TimeDelta) {
    let key = TargetKey::parse(text).unwrap();
    for policy in TiePolicy::ALL {
        let rule = key.rule(policy);
        assert_eq!((rule.take_profit(), rule.stop_loss()), (u, d), "{text}");
        assert_eq!((rule.horizon(), rule.tie_policy()), (horizon, policy), "{text}");
    }
    assert_eq!(key.as_str(), text);
    assert_eq!(key.to_string(), text);
}

fn check_refused(text: &str, part: KeyPart, found: &str) {
    let expect: LabelError =
        KeyError::Text { key: text.to_owned(), part, found: found.to_owned() }.into();
    assert_eq!(TargetKey::parse(text).unwrap_err(), expect);
    let message = expect.to_string();
    assert!(message.contains(text) && message.contains(&part.to_string()), "{message}");
    assert!(message.contains("y_tp_before_sl_u0.04_d0.02_24h"), "{message}");
}

fn check_run_name(run_name: &str, key: &str) {
    assert_eq!(TargetKey::find_in_run_name(run_name).unwrap().as_str(), key, "{run_name}");
}

#[test]
fn reads_keys() {
    check("y_tp_before_sl_u0.04_d0.02_24h", 0.04, 0.02, TimeDelta::hours(24));
    check("y_tp_before_sl_u0.040_d0.02_1d", 0.04, 0.02, TimeDelta::days(1));
    check("y_tp_before_sl_u2_d0.5_90m", 2.0, 0.5, TimeDelta::minutes(90));
    check("y_tp_before_sl_u0.005_d0.0025_007h", 0.005, 0.0025, TimeDelta::hours(7));
}

#[test]
fn refuses_what_is_no_key_and_names_the_part() {
    for text in ["", "24h", "y_tp_before_sl", "Y_TP_BEFORE_SL_u0.04_d0.02_24h"] {
        check_refused(text, KeyPart::Prefix, text);
    }
    for u in
        ["", "0.04", "u", "u0", "u0.0", "u-0.04", "u+1", "u.04", "u4.", "u1e-2", "uinf", "u0,04"]
    {
        check_refused(&format!("y_tp_before_sl_{u}_d0.02_24h"), KeyPart::TakeProfit, u);
    }
    for d in ["", "0.02", "d", "d0", "d1", "d1.5", "d-0.02", "dNaN", "d0.0.2"] {
        check_refused(&format!("y_tp_before_sl_u0.04_{d}_24h"), KeyPart::StopLoss, d);
    }
    for horizon in ["", "24", "h", "0h", "24H", "24s", "1.5h", "-1h", "٣h", "24h2", "24é"] {
        check_refused(&format!("y_tp_before_sl_u0.04_d0.02_{horizon}"), KeyPart::Horizon, horizon);
    }
    let far = "9223372036854775807d";
    check_refused(&format!("y_tp_before_sl_u0.04_d0.02_{far}"), KeyPart::Horizon, far);
    check_refused("y_tp_before_sl_", KeyPart::TakeProfit, "");
    check_refused("y_tp_before_sl_u0.04", KeyPart::StopLoss, "");
    check_refused("y_tp_before_sl_u0.04_d0.02", KeyPart::Horizon, "");
    check_refused("y_tp_before_sl_u0.04_d0.02_24h_binary", KeyPart::End, "_binary");
    check_refused("y_tp_before_sl_u0.04_d0.02_24h_", KeyPart::End, "_");
    let message = TargetKey::parse("y_tp_before_sl_u0.04").unwrap_err().to_string();
    assert!(message.contains("nothing where the stop loss (`d` and a decimal"), "{message}");
}

#[test]
fn finds_the_key_in_run_names() {
    let key = "y_tp_before_sl_u0.04_d0.02_24h";
    check_run_name("run_20251102_231428_lgbm_btcusdt_y_tp_before_sl_u0.04_d0.02_24h_binary", key);
    for run_name in [
        key.to_owned(),
        format!("{key}_binary"),
        format!("a-{key}-b"),
        format!("models/x.{key}.v2"),
        format!("é_{key}_é"),
        // Twice the same is one.
        format!("{key}_vs_{key}"),
        // Part of another word is none.
        format!("my_tp_before_sl_u1_d0.5_2h_{key}"),
    ] {
        check_run_name(&run_name, key);
    }
}

#[test]
fn run_names_without_one_readable_key_are_errors_that_say_what_to_pass() {
    for run_name in ["", "run_20251102_lgbm_btcusdt", "my_tp_before_sl_u0.04_d0.02_24h"] {
        let error = TargetKey::find_in_run_name(run_name).unwrap_err();
        assert_eq!(error, KeyError::NotInRunName { run_name: run_name.to_owned() }.into());
        check_advice(&error, run_name);
    }
    for (run_name, part, found) in [
        ("a_y_tp_before_sl_u0_d0.02_24h_binary", KeyPart::TakeProfit, "u0"),
        ("a_y_tp_before_sl_u0.04_d1.5_24h_binary", KeyPart::StopLoss, "d1.5"),
        ("a_y_tp_before_sl_u0.04_d0.02_0h_binary", KeyPart::Horizon, "0h"),
        ("a_y_tp_before_sl_u0.04_binary", KeyPart::StopLoss, "binary"),
        ("a_y_tp_before_sl_u0.04_d0.02_", KeyPart::Horizon, ""),
        ("a_y_tp_before_sl_u0.04_d0.02_é", KeyPart::Horizon, "é"),
        ("a_y_tp_before_sl_", KeyPart::TakeProfit, ""),
    ] {
        let error = TargetKey::find_in_run_name(run_name).unwrap_err();
        check_advice(&error, run_name);
        let LabelError::Key(KeyError::UnreadableInRunName { source, .. }) = &error else {
            unreachable!("{run_name}: {error}");
        };
        let KeyError::Text { part: found_part, found: found_text, .. } = &**source else {
            unreachable!("{run_name}: {source}");
        };
        assert_eq!((*found_part, found_text.as_str()), (part, found), "{run_name}");
        assert_eq!(error.source().unwrap().to_string(), source.to_string());
    }
    // Two spellings of one rule are two keys: only one of them may be in the database.
    for other in ["y_tp_before_sl_u0.040_d0.02_24h", "y_tp_before_sl_model_1"] {
        let first = "y_tp_before_sl_u0.04_d0.02_24h";
        let run_name = format!("a_{first}_{other}");
        let error = TargetKey::find_in_run_name(&run_name).unwrap_err();
        check_advice(&error, &run_name);
        let keys = vec![first.to_owned(), other.to_owned()];
        assert_eq!(error, KeyError::SeveralInRunName { run_name, keys }.into());
    }
}

fn check_advice(error: &LabelError, run_name: &str) {
    let message = error.to_string();
    for part in [run_name, "y_tp_before_sl_u0.04_d0.02_24h", "--target-key"] {
        assert!(message.contains(part), "`{message}` lacks `{part}`");
    }
}

#[test]
fn serialises_as_its_text_and_checks_on_the_way_back() {
    let key = TargetKey::parse("y_tp_before_sl_u0.040_d0.02_24h").unwrap();
    let json = serde_json::to_string(&key).unwrap();
    assert_eq!(json, "\"y_tp_before_sl_u0.040_d0.02_24h\"");
    assert_eq!(serde_json::from_str::<TargetKey>(&json).unwrap(), key);
    let error = serde_json::from_str::<TargetKey>("\"y_tp_before_sl_u0_d0.02_24h\"").unwrap_err();
    assert!(error.to_string().contains("`u0` where the take profit"), "{error}");
}
