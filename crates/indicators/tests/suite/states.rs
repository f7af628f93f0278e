//! Stored states: readable, and refused where they contradict themselves.

use indicators::{
    Adx, Atr, BollingerBands, Candle, Indicator, Keltner, LinearRegression, Macd, Multiplier,
    Period, Rsi, Sma, Stochastic, TrueRange, ZScore,
};
use serde::de::DeserializeOwned;

fn refused<I: DeserializeOwned>(text: &str, expect: &str) {
    match serde_json::from_str::<I>(text) {
        Ok(_) => panic!("taken: {text}"),
        Err(error) => assert!(error.to_string().contains(expect), "{error}, wanted {expect}"),
    }
}

fn period(rows: usize) -> Period {
    Period::new(rows).unwrap()
}

#[test]
fn a_state_is_its_window() {
    let mut sma = Sma::new(period(3));
    for value in [1.0, 2.0, 4.0, 8.0] {
        sma.update(value).unwrap();
    }
    let text = serde_json::to_string(&sma).unwrap();
    assert_eq!(text, r#"{"period":3,"next":1,"window":[2.0,4.0,8.0]}"#);
    let mut restored: Sma = serde_json::from_str(&text).unwrap();
    assert_eq!(restored, sma);
    assert_eq!(restored.update(0.5), sma.update(0.5));

    let bands = BollingerBands::new(period(2), Multiplier::new(2.5).unwrap());
    let text = serde_json::to_string(&bands).unwrap();
    assert_eq!(text, r#"{"multiplier":2.5,"window":{"period":2,"next":0,"window":[]}}"#);
    assert_eq!(serde_json::from_str::<BollingerBands>(&text).unwrap(), bands);
}

#[test]
fn rsi_and_macd_that_contradict_themselves() {
    let rsi = |previous: &str, gain: &str, loss: &str| {
        format!(r#"{{"previous":{previous},"gain":{{{gain}}},"loss":{{{loss}}}}}"#)
    };
    let two = r#""period":3,"rows":2,"value":0.5"#;
    assert!(serde_json::from_str::<Rsi>(&rsi("1.0", two, two)).is_ok());
    let one = r#""period":3,"rows":1,"value":0.5"#;
    refused::<Rsi>(&rsi("1.0", two, one), "the count of losses is 1, wanted 2");
    let other = r#""period":4,"rows":2,"value":0.5"#;
    refused::<Rsi>(&rsi("1.0", two, other), "the period of the losses is 4, wanted 3");
    let negative = r#""period":3,"rows":2,"value":-0.5"#;
    refused::<Rsi>(&rsi("1.0", two, negative), "the mean loss is -0.5");
    refused::<Rsi>(&rsi("null", two, two), "the previous value is absent");
    refused::<Rsi>(&rsi("1e101", two, two), "the previous value = ");

    let macd = |fast: &str, slow: &str, signal: &str| {
        format!(r#"{{"fast":{{{fast}}},"slow":{{{slow}}},"signal":{{{signal}}}}}"#)
    };
    let (fast, slow) = (r#""period":2,"rows":1,"value":1.0"#, r#""period":5,"rows":4,"value":1.0"#);
    let fresh = r#""period":3,"rows":0,"value":0.0"#;
    assert!(serde_json::from_str::<Macd>(&macd(fast, slow, fresh)).is_ok());
    let full = r#""period":2,"rows":2,"value":1.0"#;
    refused::<Macd>(&macd(full, slow, fresh), "the fast EMA is 2, wanted 1");
    refused::<Macd>(&macd(slow, fast, fresh), "wanted fast < slow");
    refused::<Macd>(&macd(fast, slow, one), "signal's EMA is not empty");
    let complete = r#""period":5,"rows":5,"value":1.0"#;
    refused::<Macd>(&macd(full, complete, fresh), "signal's EMA is empty");
}

#[test]
fn candle_indicators_that_contradict_themselves() {
    refused::<TrueRange>(r#"{"previous_close":2e100}"#, "the previous close");
    let average =
        |rows: usize, value: f64| format!(r#"{{"period":2,"rows":{rows},"value":{value}}}"#);
    let atr = |close: &str, average: &str| {
        format!(r#"{{"true_range":{{"previous_close":{close}}},"average":{average}}}"#)
    };
    assert!(serde_json::from_str::<Atr>(&atr("1.0", &average(1, 1.0))).is_ok());
    refused::<Atr>(&atr("null", &average(1, 1.0)), "the previous close is absent");
    refused::<Atr>(&atr("1.0", &average(1, -1.0)), "at least 0");

    let keltner =
        |ema: &str, atr: &str| format!(r#"{{"multiplier":2.0,"middle":{ema},"range":{atr}}}"#);
    let range = atr("1.0", &average(1, 1.0));
    assert!(serde_json::from_str::<Keltner>(&keltner(&average(2, 1.0), &range)).is_ok());
    refused::<Keltner>(&keltner(&average(1, 1.0), &range), "the count of rows in the ATR is 1");

    let empty = r#"{"period":2,"next":0,"window":[]}"#;
    let one = r#"{"period":2,"next":1,"window":[50.0]}"#;
    let extent = r#"{"period":1,"next":0,"window":[{"high":2.0,"low":1.0}]}"#;
    let stochastic =
        |range: &str, k: &str, d: &str| format!(r#"{{"range":{range},"k":{k},"d":{d}}}"#);
    assert!(serde_json::from_str::<Stochastic>(&stochastic(extent, one, empty)).is_ok());
    refused::<Stochastic>(&stochastic(extent, empty, empty), "the window of %K is empty");
    refused::<Stochastic>(&stochastic(extent, one, one), "the window of %D is not empty");
    let upside_down = extent.replace("2.0", "0.5");
    refused::<Stochastic>(&stochastic(&upside_down, one, empty), "a value of the window");
}

#[test]
fn adx_that_contradicts_itself() {
    let mut adx = Adx::new(period(2)).unwrap();
    for k in 0..3_u8 {
        let close = f64::from(k);
        adx.update(Candle { high: close + 1.0, low: close - 1.0, close }).unwrap();
    }
    let text = serde_json::to_string(&adx).unwrap();
    assert_eq!(serde_json::from_str::<Adx>(&text).unwrap(), adx);
    let check = |from: &str, to: &str, expect: &str| {
        assert!(text.contains(from), "{text}");
        refused::<Adx>(&text.replacen(from, to, 1), expect);
    };
    check(r#""rows":2"#, r#""rows":3"#, "the count of candles is 3");
    check(r#""rows":2"#, r#""rows":1"#, "the average of the DX is not empty");
    check(r#""range":"#, r#""range":-"#, "the range is -");
    check(r#""low":1.0"#, r#""low":4.0"#, "the previous candle is high 3");
    check(r#"{"period":2"#, r#"{"period":3"#, "the period of the ADX is 2, wanted 3");
    check(r#"{"period":2"#, r#"{"period":1"#, "wanted at least 2 rows");
    check(r#""minus""#, r#""minos""#, "unknown field");
}

#[test]
fn a_period_that_the_indicator_refuses_is_refused_when_read() {
    let one = r#"{"period":1,"next":0,"window":[]}"#;
    refused::<LinearRegression>(one, "wanted at least 2 rows");
    refused::<ZScore>(one, "wanted at least 2 rows");
}

#[test]
fn a_nan_in_a_binary_state_is_refused() {
    let mut sma = Sma::new(period(2));
    sma.update(1.5).unwrap();
    let bytes = rmp_serde::to_vec_named(&sma).unwrap();
    let (good, bad) = (1.5_f64.to_be_bytes(), f64::NAN.to_be_bytes());
    let at = bytes.windows(8).position(|window| window == good).unwrap();
    let poisoned = [&bytes[..at], &bad, &bytes[at + 8..]].concat();
    let error = rmp_serde::from_slice::<Sma>(&poisoned).unwrap_err();
    assert!(error.to_string().contains("a value of the window is bad at 0"), "{error}");
}
