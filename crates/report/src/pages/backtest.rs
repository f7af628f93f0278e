//! What a strategy would have earned.

use crate::number::{change, count, fixed, per_cent};
use crate::pages::{Backtest, EquityCurve, Trade, WEEKS, at, backtest_trades, equity};
use crate::time::{day, minute};
use crate::{
    Axis, Bar, Bars, Candle, Candles, Chart, Figure, Layer, Page, Plot, Section, Table, Tone,
    TradeMark, TradeMarkKind,
};

/// Trades whose marks are drawn.
const MOST_TRADES: usize = 120;

impl Backtest {
    /// The page.
    #[must_use]
    pub fn page(&self) -> Page {
        let mut page = Page::new("Backtest", &self.dataset);
        page = self.facts.iter().fold(page, |page, fact| page.fact(fact.clone()));
        page = self.answers.iter().fold(page, |page, answer| page.answer(answer.clone()));
        page = page.warnings(self.warnings.iter().cloned());
        page = self.tiles.iter().fold(page, |page, tile| page.tile(tile.clone()));
        let equity = Section::new("Equity")
            .figure(self.equity())
            .figure(self.underwater())
            .figure(equity::months(self))
            .figure(self.waterfall())
            .figure(self.exposure());
        page = page.section(equity).section(backtest_trades::section(self)).section(self.market());
        let summary = self.summary.iter().map(|(name, value)| vec![name.clone(), value.clone()]);
        page = page.section(
            Section::new("Summary")
                .table("All numbers", Table::new(&["what", "value"]).rows(summary).words()),
        );
        self.origin.iter().fold(page, |page, (name, value)| page.origin(name, value.clone()))
    }

    fn equity(&self) -> Figure {
        let mut layers = Vec::new();
        if !self.hold.equity.is_empty() {
            layers.push(Layer::line("buy and hold", Tone::Neutral, self.hold.equity.clone()));
        }
        if let Some((name, other, band)) = &self.other_tie {
            layers.push(Layer::Band {
                name: String::new(),
                tone: Tone::Long,
                lower: band.lower.clone(),
                upper: band.upper.clone(),
            });
            let line = Layer::line(&format!("ties {name}"), Tone::Long, other.equity.clone());
            layers.push(line.dashed(true));
        }
        let name = if self.other_tie.is_some() {
            format!("ties {}", self.tie)
        } else {
            "equity".to_owned()
        };
        layers.push(Layer::line(&name, Tone::Long, self.equity.equity.clone()));
        layers.push(Layer::Level { name: "capital".to_owned(), y: self.capital });
        let mut plot = Plot::new(Axis::Time, Axis::Number, layers);
        plot.height = 0.6;
        let rows = self.equity.month_ends.iter().map(|p| {
            let at_end = |curve: &EquityCurve| {
                curve.month_ends.iter().find(|o| o.time == p.time).map(|o| o.equity)
            };
            vec![
                day(p.time),
                fixed(Some(p.equity), 2),
                fixed(self.other_tie.as_ref().and_then(|(_, curve, _)| at_end(curve)), 2),
                fixed(at_end(&self.hold), 2),
                per_cent(Some(p.drawdown), 2),
            ]
        });
        let other = self.other_tie.as_ref().map_or("other ties", |(name, ..)| name.as_str());
        Figure::new(
            "Equity",
            Chart::Plot(plot),
            "Worth of the account at every row's close, funding included, after all costs. The band lies between both \
             rules for candles that touch stop and take profit. The table has the last row of each month.",
            Table::new(&["last row of", self.tie.as_str(), other, "buy and hold", "drawdown"]).rows(rows),
        )
        .full()
    }

    fn underwater(&self) -> Figure {
        let layer = Layer::Area {
            name: "below the highest equity so far".to_owned(),
            tone: Tone::Short,
            points: self.equity.drawdown.clone(),
        };
        let mut plot = Plot::new(Axis::Time, Axis::PerCent, vec![layer]);
        plot.height = 0.34;
        let rows = self.equity.falls.iter().enumerate().map(|(k, d)| {
            vec![
                (k + 1).to_string(),
                per_cent(Some(d.depth), 2),
                minute(d.peak),
                minute(d.bottom),
                d.recovered.map_or_else(|| "not yet".to_owned(), minute),
            ]
        });
        Figure::new(
            "Drawdown",
            Chart::Plot(plot),
            "How far below its highest value so far the equity was. The table has the five worst.",
            Table::new(&["rank", "depth", "peak", "bottom", "recovered"]).rows(rows),
        )
        .full()
    }

    fn waterfall(&self) -> Figure {
        let Some(costs) = self.costs else {
            let chart = Chart::Bars(Bars::default());
            return Figure::new(
                "From gross to net",
                chart,
                "No trade: nothing to add up.",
                Table::default(),
            );
        };
        let after_slippage = costs.gross - costs.slippage;
        let after_fees = after_slippage - costs.fees;
        let steps = [
            ("gross", 0.0, costs.gross, costs.gross),
            ("slippage", costs.gross, after_slippage, -costs.slippage),
            ("fees", after_slippage, after_fees, -costs.fees),
            ("funding", after_fees, after_fees + costs.funding, costs.funding),
            ("net", 0.0, costs.net, costs.net),
        ];
        let bars = steps.map(|(name, from, to, value)| Bar {
            name: name.to_owned(),
            from,
            to,
            tone: Tone::of_sign(value),
            text: crate::number::signed(Some(value), 2),
        });
        let rows = steps.map(|(name, _, _, value)| {
            vec![
                name.to_owned(),
                crate::number::signed(Some(value), 2),
                change(Some(value / self.capital), 2),
            ]
        });
        Figure::new(
            "From gross to net",
            Chart::Bars(Bars { bars: bars.to_vec(), whole: None }),
            "Sums over all trades, in money; net = gross − slippage − fees + funding.",
            Table::new(&["part", "money", "of the capital"]).rows(rows),
        )
    }

    fn exposure(&self) -> Figure {
        let layer = Layer::Area {
            name: "notional over equity".to_owned(),
            tone: Tone::Neutral,
            points: self.equity.exposure.clone(),
        };
        let plot = Plot::new(Axis::Time, Axis::PerCent, vec![layer]);
        let n = self.equity.rows;
        let share = (n > 0).then(|| self.equity.exposed as f64 / n as f64);
        let mean = (n > 0).then(|| self.equity.sum_of_exposures / n as f64);
        let table = Table::new(&["what", "value"])
            .row(["rows with a position".to_owned(), per_cent(share, 1)])
            .row(["mean gross exposure".to_owned(), per_cent(mean, 1)])
            .row(["rows".to_owned(), count(n)]);
        Figure::new(
            "Exposure",
            Chart::Plot(plot),
            "Gross notional as a share of equity at every row's close.",
            table,
        )
    }

    /// The last weeks' candles with what was traded in them.
    fn market(&self) -> Section {
        let last = self.candles.last().map_or(0.0, |candle| candle.time);
        // Marks of more trades would cover one another.
        let crowded = self.trades.len().checked_sub(MOST_TRADES).map(|k| self.trades[k].entry_time);
        let from = (last - at(WEEKS * 7 * 86_400)).max(crowded.map_or(f64::MIN, at));
        let candles: Vec<Candle> =
            self.candles.iter().filter(|c| c.time >= from).copied().collect();
        let within = |time: i64| at(time) >= from && at(time) <= last;
        let mut marks = Vec::new();
        for trade in &self.trades {
            let side = if trade.long { "long" } else { "short" };
            if within(trade.entry_time) {
                marks.push(TradeMark {
                    time: at(trade.entry_time),
                    price: trade.entry_price,
                    kind: if trade.long {
                        TradeMarkKind::LongEntry
                    } else {
                        TradeMarkKind::ShortEntry
                    },
                    title: format!(
                        "{side} from {} at {}",
                        minute(trade.entry_time),
                        trade.entry_price
                    ),
                });
            }
            if let (Some(time), Some(price)) =
                (trade.exit_time.filter(|&t| within(t)), trade.exit_price)
            {
                let reason = backtest_trades::reason(trade).unwrap_or_default();
                let title = format!("{side} ended {} at {price}: {reason}", minute(time));
                marks.push(TradeMark { time: at(time), price, kind: TradeMarkKind::Exit, title });
            }
        }
        let recent: Vec<&Trade> = self
            .trades
            .iter()
            .filter(|t| within(t.entry_time) || t.exit_time.is_some_and(within))
            .collect();
        let shown = recent.len().min(100);
        let rows = recent[recent.len() - shown..].iter().map(|trade| backtest_trades::row(trade));
        let table = Table::new(backtest_trades::COLUMNS).rows(rows);
        let figure = Figure::new(
            "The last weeks",
            Chart::Candles(Candles { candles, marks }),
            "Candles (joined where they would be too narrow), hollow where the price rose. Blue triangles up: long \
             entries; orange triangles down: short entries; crosses: exits, in the candle they happened in. The table has \
             the last hundred trades of the range.",
            table,
        );
        Section::new("Market").figure(figure.full())
    }
}
