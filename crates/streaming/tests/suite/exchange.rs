//! The exchange, however it misbehaves.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use streaming::{Binance, BinanceConfig, InputFrom, Plan, Queue, Rule, SeriesPlan, Source as _};

use crate::exchange_server::{Exchange, Manner, values};
use crate::market::HOUR;

fn plan() -> Plan {
    let series = SeriesPlan {
        name: "close".to_owned(),
        rule: Rule::SameTime,
        optional: false,
        journalled: None,
    };
    let rate = SeriesPlan {
        name: "funding_rate".to_owned(),
        rule: Rule::Beside,
        optional: false,
        journalled: Some("funding".to_owned()),
    };
    Plan {
        series: vec![series, rate],
        columns: vec![InputFrom::Value { series: 0, place: 3 }],
        names: vec!["close".to_owned()],
        interval: HOUR,
    }
}

#[test]
fn however_the_exchange_misbehaves_every_closed_candle_comes_once_and_no_open_one() {
    let (exchange, host) = Exchange::start("127.0.0.1:0", 0).unwrap();
    // What there was before.
    exchange.have(25);
    let config = BinanceConfig {
        silence: Duration::from_millis(400),
        longest: Duration::from_millis(1500),
        ..BinanceConfig::new("BTCUSDT", "1h", HOUR).at(&host)
    };
    let mut source = Binance::new(config, Some(0), Some(1), Some(Box::new(|| ())));
    let mut queue = Queue::new(plan(), -1, Duration::ZERO);
    let (mut rows, mut rates) = (BTreeMap::new(), BTreeSet::new());
    let manners = [
        Manner::Well,
        Manner::Twice,
        Manner::Reordered,
        Manner::Unsaid,
        Manner::Silent,
        Manner::Cuts,
        Manner::Away,
        Manner::Away,
        Manner::Away,
        Manner::Well,
        // Connected again, so that the next candle is heard.
        Manner::Well,
        Manner::Disagrees,
    ];
    let mut clock = Duration::ZERO;
    let mut disagreements = 0;
    let mut take = |exchange: &Exchange, until: usize, turns: u32| {
        let begin = Instant::now();
        for turn in 0.. {
            // The clock runs fast, so that what is asked for now and then is asked for.
            clock += Duration::from_secs(1);
            let polled = source.poll(&|series| queue.needs_from(series), clock).unwrap();
            for seen in polled.seen {
                let journal = queue.observe(seen.series, seen.observations, seen.read_to, clock);
                rates.extend(journal.into_iter().map(|(_, time, _)| time));
            }
            while let Some(row) = queue.settle(clock) {
                let candle = usize::try_from(row.time / HOUR).unwrap();
                assert!(candle < exchange.closed(), "candle {candle} is open");
                let close = row.inputs.unwrap()[0];
                assert!(rows.insert(candle, close).is_none(), "candle {candle} came twice");
            }
            if rows.len() == until && turn >= turns {
                break;
            }
            assert!(begin.elapsed() < Duration::from_mins(2), "{} of {until} candles", rows.len());
            std::thread::sleep(Duration::from_millis(20));
        }
        disagreements = source.disagreements();
    };
    take(&exchange, 25, 0);
    let mut closed = 25;
    for round in 0..4 * manners.len() {
        let begin = Instant::now();
        while !exchange.is_listened_to() && !exchange.is_away() {
            assert!(begin.elapsed() < Duration::from_mins(2), "nobody connects");
            std::thread::sleep(Duration::from_millis(10));
        }
        let manner = manners[round % manners.len()];
        exchange.close_candle(manner);
        closed += 1;
        if manner != Manner::Away {
            take(&exchange, closed, 0);
        }
    }
    // Twenty seconds of its clock: twice what a comparison and a look at rates take.
    take(&exchange, closed, 20);
    let mut contradicted = 0;
    for (&candle, &close) in &rows {
        let said = exchange.disagrees(candle);
        let wanted = values(candle, true)[3];
        assert!(close == wanted || said && close == wanted + 1.0, "candle {candle}: {close}");
        contradicted += u64::from(said && close == wanted);
    }
    assert_eq!(rows.len(), 25 + 4 * manners.len());
    assert!(disagreements > 0, "no candle was heard before the REST interface disagreed");
    assert_eq!(disagreements, contradicted, "each disagreement is counted once");
    let hours = 0..=i64::try_from(closed).unwrap();
    let every_eight_hours: BTreeSet<i64> = hours.step_by(8).map(|hour| hour * HOUR).collect();
    assert!(every_eight_hours.contains(&(64 * HOUR)));
    assert_eq!(rates, every_eight_hours);
    eprintln!("exchange: {} candles, {disagreements} disagreements counted", rows.len());
}

#[test]
fn a_symbol_that_there_is_not_is_told_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let body = r#"{"code":-1121,"msg":"Invalid symbol."}"#;
            let length = body.len();
            let _gone = write!(
                stream,
                "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
        }
    });
    let config = BinanceConfig::new("NOSUCH", "1h", HOUR).at(&host);
    let mut source = Binance::new(config, Some(0), None, None);
    let error = source.poll(&|_| 0, Duration::ZERO).unwrap_err().to_string();
    assert!(error.contains("400") && error.contains("Invalid symbol"), "{error}");
}
