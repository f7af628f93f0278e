//! Venues: what trading costs there, and the order rules of their instruments.
//!
//! The tables below are those of the date that they name. An exchange changes them without notice: its own
//! JSON replaces them ([`InstrumentTable::read`]).

use serde::Serialize;
use serde_json::Value;

use crate::{BacktestError, Fees, Instrument, Maintenance, Tier, Tiers};

/// A venue's terms at its base tier.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Venue {
    /// The name, as on the command line.
    pub name: &'static str,
    /// The exchange and its market, in a few words.
    pub about: &'static str,
    /// Fees as fractions of the notional.
    pub fees: Fees,
    /// How maintenance margin is taken.
    pub maintenance: Maintenance,
    /// The longest time between two funding settlements, in hours.
    pub longest_funding_hours: i64,
    /// When these terms were looked up.
    pub as_of: &'static str,
}

/// The venues there are.
pub const VENUES: [Venue; 4] = [
    Venue {
        name: "binance-usdm",
        about: "Binance USDⓈ-M perpetual futures",
        fees: Fees { maker: 0.0002, taker: 0.0005, liquidation: 0.0125 },
        maintenance: Maintenance::AtMark,
        longest_funding_hours: 8,
        as_of: "2025-11",
    },
    Venue {
        name: "bybit",
        about: "Bybit USDT perpetual contracts",
        fees: Fees { maker: 0.0002, taker: 0.000_55, liquidation: 0.000_55 },
        maintenance: Maintenance::AtEntry,
        longest_funding_hours: 8,
        as_of: "2025-11",
    },
    Venue {
        name: "okx",
        about: "OKX USDT perpetual swaps",
        fees: Fees { maker: 0.0002, taker: 0.0005, liquidation: 0.0005 },
        maintenance: Maintenance::AtMarkWithFee,
        longest_funding_hours: 8,
        as_of: "2025-11",
    },
    Venue {
        name: "hyperliquid",
        about: "Hyperliquid perpetuals",
        fees: Fees { maker: 0.000_15, taker: 0.000_45, liquidation: 0.0 },
        maintenance: Maintenance::AtMark,
        longest_funding_hours: 1,
        as_of: "2025-11",
    },
];

impl Venue {
    /// The venue called `name`.
    ///
    /// # Errors
    /// When there is none; the error lists those there are.
    pub fn find(name: &str) -> Result<&'static Self, BacktestError> {
        VENUES.iter().find(|venue| venue.name == name).ok_or_else(|| BacktestError::Table {
            table: format!("venue `{name}`"),
            reason: format!(
                "there is no such venue; there are {}",
                VENUES.map(|v| v.name).join(", ")
            ),
        })
    }
}

/// Order rules and maintenance tiers of instruments, by symbol.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InstrumentTable {
    /// Of which date, or which file.
    pub source: String,
    /// The instruments; their names are symbols in capitals, as in `BTCUSDT`.
    pub instruments: Vec<Instrument>,
}

impl InstrumentTable {
    /// The table that comes with the project: the two largest USDT perpetuals, as on Binance.
    #[must_use]
    pub fn shipped() -> Self {
        let tiers = |name: &str, tiers: &[[f64; 4]]| {
            let mut amount = 0.0;
            let mut before = 0.0;
            let built = tiers.iter().map(|&[floor, cap, rate, max_leverage]| {
                // The amount, whole here, that lets maintenance go on where two tiers meet.
                amount = (amount + floor * (rate - before)).round();
                before = rate;
                Tier { floor, cap, rate, max_leverage, amount }
            });
            Tiers::new(name, built.collect()).unwrap_or_default()
        };
        let instrument =
            |name: &str, [tick, step, min_notional]: [f64; 3], brackets: &[[f64; 4]]| {
                let tiers = tiers(name, brackets);
                Instrument { name: name.to_owned(), tick, step, min_notional, tiers }
            };
        Self {
            source: "shipped with the project, as of 2025-11".to_owned(),
            instruments: vec![
                instrument("BTCUSDT", [0.1, 0.001, 100.0], &BTCUSDT),
                instrument("ETHUSDT", [0.01, 0.001, 20.0], &ETHUSDT),
            ],
        }
    }

    /// The instrument of `symbol`, in whatever case.
    #[must_use]
    pub fn find(&self, symbol: &str) -> Option<&Instrument> {
        self.instruments.iter().find(|known| known.name.eq_ignore_ascii_case(symbol))
    }

    /// Replaces what it has by the exchange's own JSON: the answer of `exchangeInfo` (order rules) or of
    /// `leverageBracket` (maintenance tiers), recognised by what is in it. Instruments that it does not
    /// know are added.
    ///
    /// # Errors
    /// When `text` is neither, or a number in it cannot be. `name` is the file's, for the message.
    pub fn read(&mut self, name: &str, text: &str) -> Result<(), BacktestError> {
        let wrong = |reason: String| BacktestError::Table { table: name.to_owned(), reason };
        let json: Value = serde_json::from_str(text)
            .map_err(|error| wrong(format!("this is no JSON: {error}")))?;
        if let Some(symbols) = json.get("symbols").and_then(Value::as_array) {
            for symbol in symbols {
                self.order_rules(symbol).map_err(wrong)?;
            }
        } else if let Some(brackets) =
            json.as_array().filter(|a| a.iter().all(|b| b.get("brackets").is_some()))
        {
            for bracket in brackets {
                self.brackets(bracket, name)?;
            }
        } else {
            let reason = "wanted the answer of exchangeInfo (an object with `symbols`) or of \
                          leverageBracket (a list of objects with `brackets`)";
            return Err(wrong(reason.to_owned()));
        }
        self.source = format!("{}, then {name}", self.source);
        Ok(())
    }

    fn entry(&mut self, symbol: &str) -> &mut Instrument {
        let index = self.instruments.iter().position(|known| known.name == symbol);
        let index = index.unwrap_or_else(|| {
            self.instruments.push(Instrument::named(symbol));
            self.instruments.len() - 1
        });
        &mut self.instruments[index]
    }

    fn order_rules(&mut self, symbol: &Value) -> Result<(), String> {
        let Some(name) = symbol.get("symbol").and_then(Value::as_str) else {
            return Err("an entry of `symbols` has no `symbol`".to_owned());
        };
        let filters = symbol.get("filters").and_then(Value::as_array);
        let filter = |kind: &str, field: &str| -> Result<Option<f64>, String> {
            let found = filters
                .into_iter()
                .flatten()
                .find(|filter| filter.get("filterType").and_then(Value::as_str) == Some(kind));
            let Some(value) = found.and_then(|filter| filter.get(field)) else { return Ok(None) };
            let number = number(value).filter(|&number| number >= 0.0);
            number
                .map(Some)
                .ok_or_else(|| format!("{name}: {kind}.{field} is {value}: wanted a number"))
        };
        let tick = filter("PRICE_FILTER", "tickSize")?;
        let lot = filter("LOT_SIZE", "stepSize")?;
        let market = filter("MARKET_LOT_SIZE", "stepSize")?.filter(|&step| step > 0.0);
        let min_notional = filter("MIN_NOTIONAL", "notional")?;
        let entry = self.entry(name);
        entry.tick = tick.unwrap_or(entry.tick);
        // Entries are market orders: the coarser of the two steps.
        entry.step = lot.into_iter().chain(market).reduce(f64::max).unwrap_or(entry.step);
        entry.min_notional = min_notional.unwrap_or(entry.min_notional);
        Ok(())
    }

    fn brackets(&mut self, entry: &Value, table: &str) -> Result<(), BacktestError> {
        let wrong = |reason: String| BacktestError::Table { table: table.to_owned(), reason };
        let name = entry.get("symbol").and_then(Value::as_str);
        let name =
            name.ok_or_else(|| wrong("an entry with `brackets` has no `symbol`".to_owned()))?;
        let brackets = entry.get("brackets").and_then(Value::as_array);
        let mut tiers = Vec::new();
        for bracket in brackets.into_iter().flatten() {
            let field = |field: &str| {
                bracket.get(field).and_then(number).ok_or_else(|| {
                    wrong(format!("{name}: a bracket has no number `{field}`: {bracket}"))
                })
            };
            tiers.push(Tier {
                floor: field("notionalFloor")?,
                cap: field("notionalCap")?,
                rate: field("maintMarginRatio")?,
                max_leverage: field("initialLeverage")?,
                amount: field("cum")?,
            });
        }
        tiers.sort_by(|a, b| a.floor.total_cmp(&b.floor));
        let tiers = Tiers::new(name, tiers)?;
        self.entry(name).tiers = tiers;
        Ok(())
    }
}

/// A number, or a text that is one.
fn number(value: &Value) -> Option<f64> {
    let found = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    found.is_finite().then_some(found)
}

/// Notional from, up to, maintenance rate, largest leverage.
const BTCUSDT: [[f64; 4]; 12] = [
    [0.0, 300_000.0, 0.004, 150.0],
    [300_000.0, 800_000.0, 0.005, 100.0],
    [800_000.0, 3_000_000.0, 0.0065, 75.0],
    [3_000_000.0, 12_000_000.0, 0.01, 50.0],
    [12_000_000.0, 70_000_000.0, 0.02, 25.0],
    [70_000_000.0, 100_000_000.0, 0.025, 20.0],
    [100_000_000.0, 230_000_000.0, 0.05, 10.0],
    [230_000_000.0, 480_000_000.0, 0.1, 5.0],
    [480_000_000.0, 600_000_000.0, 0.125, 4.0],
    [600_000_000.0, 800_000_000.0, 0.15, 3.0],
    [800_000_000.0, 1_200_000_000.0, 0.25, 2.0],
    [1_200_000_000.0, 1_800_000_000.0, 0.5, 1.0],
];

const ETHUSDT: [[f64; 4]; 12] = [
    [0.0, 300_000.0, 0.004, 150.0],
    [300_000.0, 800_000.0, 0.005, 100.0],
    [800_000.0, 3_000_000.0, 0.0065, 75.0],
    [3_000_000.0, 12_000_000.0, 0.01, 50.0],
    [12_000_000.0, 50_000_000.0, 0.02, 25.0],
    [50_000_000.0, 65_000_000.0, 0.025, 20.0],
    [65_000_000.0, 150_000_000.0, 0.05, 10.0],
    [150_000_000.0, 320_000_000.0, 0.1, 5.0],
    [320_000_000.0, 400_000_000.0, 0.125, 4.0],
    [400_000_000.0, 530_000_000.0, 0.15, 3.0],
    [530_000_000.0, 800_000_000.0, 0.25, 2.0],
    [800_000_000.0, 1_200_000_000.0, 0.5, 1.0],
];

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_tiers_meet_without_a_jump() {
        let table = InstrumentTable::shipped();
        for symbol in ["btcusdt", "ethusdt"] {
            let tiers = table.find(symbol).unwrap().tiers.as_slice();
            assert_eq!((tiers.len(), tiers[0].amount), (12, 0.0), "{symbol}");
            assert_eq!((tiers[1].amount, tiers[3].amount), (300.0, 12_000.0), "{symbol}");
        }
    }

    #[test]
    fn the_exchange_s_own_json_replaces_and_adds() {
        let mut table = InstrumentTable::shipped();
        let info = r#"{"symbols":[{"symbol":"SOLUSDT","filters":[
            {"filterType":"PRICE_FILTER","tickSize":"0.0100"},
            {"filterType":"LOT_SIZE","stepSize":"0.01"},
            {"filterType":"MARKET_LOT_SIZE","stepSize":"1"},
            {"filterType":"MIN_NOTIONAL","notional":"5"}]}]}"#;
        table.read("info.json", info).unwrap();
        let brackets = r#"[{"symbol":"SOLUSDT","brackets":[
            {"initialLeverage":50,"notionalFloor":10000,"notionalCap":50000,"maintMarginRatio":0.01,"cum":50.0},
            {"initialLeverage":75,"notionalFloor":0,"notionalCap":10000,"maintMarginRatio":0.005,"cum":0.0}]}]"#;
        table.read("brackets.json", brackets).unwrap();
        let found = table.find("solusdt").unwrap();
        assert_eq!((found.tick, found.step, found.min_notional), (0.01, 1.0, 5.0));
        assert_eq!(found.tiers.of(20_000.0).unwrap().rate, 0.01);
        assert_eq!(table.instruments.len(), 3);
    }

    #[test]
    fn other_json_is_refused() {
        let mut table = InstrumentTable::shipped();
        for text in ["", "{}", "[1]", r#"{"symbols":[{}]}"#] {
            let error = table.read("x.json", text).unwrap_err();
            assert!(matches!(error, BacktestError::Table { .. }), "{text}: {error}");
        }
        let hole = r#"[{"symbol":"A","brackets":[{"initialLeverage":50,"notionalFloor":10,
            "notionalCap":50,"maintMarginRatio":0.01,"cum":0}]}]"#;
        assert!(matches!(table.read("x.json", hole).unwrap_err(), BacktestError::Tiers { .. }));
        assert!(Venue::find("mtgox").unwrap_err().to_string().contains("binance-usdm"));
    }
}
