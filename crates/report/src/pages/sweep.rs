//! Many settings on the same rows, and what luck explains of the best.

use crate::number::{change, count, fixed, interval, per_cent};
use crate::pages::over_months::over_months;
use crate::pages::{Interval, at};
use crate::{Axis, Chart, Dot, Figure, Heat, Layer, Page, Plot, Section, Table, Tile, Tone};

/// Values of a flag that a surface shows; of more, every n-th.
const MOST_VALUES: usize = 30;

/// Bars of a histogram.
const BARS: usize = 30;

/// What a page of a sweep shows. Sharpe ratios are annual.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sweep {
    /// The dataset.
    pub dataset: String,
    /// Strategy, run, range, a line each.
    pub facts: Vec<String>,
    /// The flags that were varied.
    pub keys: Vec<String>,
    /// Every setting: its values of `keys`, and its Sharpe ratio where it has one.
    pub settings: Vec<(Vec<String>, Option<f64>)>,
    /// Settings that could not be evaluated.
    pub refused: u64,
    /// Settings that never traded.
    pub without_trades: u64,
    /// Days with a return.
    pub days: u64,
    /// The best, in order.
    pub best: Vec<BestSetting>,
    /// How many independent settings they are worth.
    pub effective: Option<f64>,
    /// What luck explains of the best.
    pub luck: Luck,
    /// The best of one half of the time in the other.
    pub overfitting: Option<Halves>,
    /// p-values of the test of superior ability: lower bound, consistent, upper bound.
    pub superior: Option<[f64; 3]>,
    /// Chosen on the past, reported on the future.
    pub walk: Option<Walk>,
    /// What cannot be said, and why.
    pub remarks: Vec<String>,
    /// The footer: names and values.
    pub origin: Vec<(String, String)>,
}

/// One of the best settings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BestSetting {
    /// Its values of the flags.
    pub values: Vec<String>,
    /// Its Sharpe ratio.
    pub sharpe: f64,
    /// The ratio's interval.
    pub interval: Option<Interval>,
    /// Last equity over capital, minus 1.
    pub total_return: f64,
    /// Deepest drawdown, negative.
    pub max_drawdown: f64,
    /// Closed trades.
    pub trades: u64,
}

/// What luck explains.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Luck {
    /// All settings that were ever tried of the strategy on the instrument.
    pub tried: u64,
    /// The ratio that the best of the settings is expected to have without skill.
    pub expected_max: Option<f64>,
    /// The probability that the true ratio is above 0, as if nothing else had been tried.
    pub probabilistic: Option<f64>,
    /// The probability that it is above the expected maximum.
    pub deflated: Option<f64>,
    /// The verdict in one sentence.
    pub sentence: String,
}

/// Overfitting, by all ways to split the time into two halves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Halves {
    /// Share of splits in which the best of one half is at or below the median of the other.
    pub probability: f64,
    /// Share of splits in which it lost there.
    pub loss_probability: f64,
    /// `ln(ω / (1 − ω))` of each split, ω its rank in the other half from 0, the worst, to 1.
    pub logits: Vec<f64>,
}

/// A walk-forward.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Walk {
    /// How settings were chosen, in words.
    pub rule: String,
    /// Step by step.
    pub steps: Vec<WalkStep>,
    /// Over all steps.
    pub total_return: f64,
    /// Over all steps.
    pub sharpe: Option<f64>,
    /// The ratio's interval.
    pub interval: Option<Interval>,
    /// Deepest drawdown, negative.
    pub max_drawdown: Option<f64>,
    /// The verdict in one sentence.
    pub sentence: String,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WalkStep {
    /// Its first month, as `2025-11`.
    pub name: String,
    /// Its first instant, seconds.
    pub start: i64,
    /// The chosen values; none where nothing was chosen.
    pub values: Vec<String>,
    /// Their ratio in the past.
    pub past_sharpe: Option<f64>,
    /// What they then returned.
    pub total_return: f64,
    /// Closed trades.
    pub trades: u64,
}

impl Sweep {
    /// The page.
    #[must_use]
    pub fn page(&self) -> Page {
        let mut page = Page::new("Sweep", &self.dataset);
        page = self.facts.iter().fold(page, |page, fact| page.fact(fact.clone()));
        page = page.answer(if self.luck.sentence.is_empty() {
            "Nothing can be judged.".to_owned()
        } else {
            self.luck.sentence.clone()
        });
        if let Some(walk) = &self.walk {
            page = page.answer(format!("Walk-forward: {}", walk.sentence));
        }
        page = self.tiles(page).warnings(self.remarks.clone());
        let mut settings = Section::new("Settings").figure(self.best());
        if let Some(surface) = self.surface() {
            settings = settings.figure(surface);
        }
        settings = settings.figure(self.spread()).table("By value of each flag", self.by_value());
        page = page.section(settings);
        if let Some(halves) = &self.overfitting {
            page = page.section(Section::new("Overfitting").figure(halves.figure()));
        }
        if let Some(walk) = &self.walk {
            page = page.section(Section::new("Walk-forward").figure(walk.figure(&self.keys)));
        }
        self.origin.iter().fold(page, |page, (name, value)| page.origin(name, value.clone()))
    }

    fn tiles(&self, page: Page) -> Page {
        let best = self.best.first();
        let settings = format!(
            "{} refused, {} that never traded",
            count(self.refused),
            count(self.without_trades)
        );
        let mut page = page
            .tile(Tile::new("Settings", count(self.settings.len() as u64), settings))
            .tile(Tile::new(
                "Best Sharpe ratio",
                fixed(best.map(|best| best.sharpe), 2),
                format!(
                    "95 %: {}; {} days",
                    interval(best.and_then(|best| best.interval), 2),
                    count(self.days)
                ),
            ))
            .tile(Tile::new(
                "Expected by luck",
                fixed(self.luck.expected_max, 2),
                format!("best ratio of {} settings without skill", count(self.luck.tried)),
            ))
            .tile(Tile::new(
                "Deflated Sharpe",
                fixed(self.luck.deflated, 2),
                "probability that the best is better than that",
            ))
            .tile(Tile::new(
                "Worth",
                fixed(self.effective, 1),
                "independent settings, by their mean correlation",
            ));
        if let Some(halves) = &self.overfitting {
            page = page.tile(Tile::new(
                "Overfitting (PBO)",
                per_cent(Some(halves.probability), 0),
                "of splits: the best of one half is below the other's median",
            ));
        }
        if let Some([low, p, high]) = self.superior {
            page = page.tile(Tile::new(
                "Superior ability",
                format!("p = {}", fixed(Some(p), 3)),
                format!(
                    "{}: settings that earn nothing have a best as good",
                    interval(Some((low, high)), 3)
                ),
            ));
        }
        let Some(walk) = &self.walk else { return page };
        page.tile(Tile::new(
            "Out of sample",
            fixed(walk.sharpe, 2),
            format!("Sharpe ratio of the walk-forward; 95 %: {}", interval(walk.interval, 2)),
        ))
        .tile(Tile::new(
            "Its return",
            change(Some(walk.total_return), 1),
            format!("largest drawdown {}", change(walk.max_drawdown, 1)),
        ))
    }

    fn best(&self) -> Figure {
        let dots = self.best.iter().enumerate().map(|(k, best)| Dot {
            x: k as f64 + 1.0,
            y: best.sharpe,
            interval: best.interval,
            title: format!("{}: {}", self.named(&best.values), fixed(Some(best.sharpe), 2)),
            tone: Tone::of_sign(best.sharpe),
        });
        let mut layers =
            vec![Layer::Dots { name: "settings, 95 %".to_owned(), dots: dots.collect() }];
        let level = self.luck.expected_max.filter(|ratio| ratio.is_finite());
        layers.extend(level.map(|y| Layer::Level { name: "expected by luck".to_owned(), y }));
        let rows = self.best.iter().enumerate().map(|(k, best)| {
            let own = [
                (k + 1).to_string(),
                fixed(Some(best.sharpe), 2),
                interval(best.interval, 2),
                change(Some(best.total_return), 1),
                change(Some(best.max_drawdown), 1),
                count(best.trades),
            ];
            own.into_iter().chain(best.values.iter().cloned()).collect()
        });
        let own = ["rank", "Sharpe ratio", "95 %", "return", "largest drawdown", "trades"];
        let columns: Vec<&str> =
            own.into_iter().chain(self.keys.iter().map(String::as_str)).collect();
        let mut plot = Plot::new(Axis::Whole, Axis::Number, layers);
        plot.x_range = Some((0.5, self.best.len().max(1) as f64 + 0.5));
        Figure::new(
            "The best settings",
            Chart::Plot(plot),
            "Annual Sharpe ratios of daily returns, by rank, with intervals by stationary bootstrap. Chosen and shown on the \
             same rows: what luck and skill reached together, and no promise.",
            Table::new(&columns).rows(rows),
        )
        .full()
    }

    fn named(&self, values: &[String]) -> String {
        let pairs = self.keys.iter().zip(values).map(|(key, value)| format!("{key}={value}"));
        pairs.collect::<Vec<_>>().join(", ")
    }

    /// The values of the flag in `column`, as they come.
    fn values(&self, column: usize) -> Vec<&str> {
        let mut values: Vec<&str> = Vec::new();
        for (setting, _) in &self.settings {
            if let Some(value) = setting.get(column)
                && !values.contains(&value.as_str())
            {
                values.push(value);
            }
        }
        values
    }

    /// Ratios over the values of two flags, where it was two that varied.
    fn surface(&self) -> Option<Figure> {
        let [down, across] = self.keys.as_slice() else { return None };
        let (rows, columns) = (self.values(0), self.values(1));
        if rows.len() < 2 || columns.len() < 2 || rows.len() * columns.len() != self.settings.len()
        {
            return None;
        }
        let step = |values: &[&str]| values.len().div_ceil(MOST_VALUES);
        let (every_row, every_column) = (step(&rows), step(&columns));
        let ratio = |row: &str, column: &str| {
            let found = self.settings.iter().find(|(v, _)| v[0] == row && v[1] == column);
            found.and_then(|(_, ratio)| *ratio)
        };
        let shown: Vec<(String, Vec<Option<f64>>)> = rows
            .iter()
            .step_by(every_row)
            .map(|row| {
                let of_row = columns.iter().step_by(every_column).map(|column| ratio(row, column));
                ((*row).to_owned(), of_row.collect())
            })
            .collect();
        let left_out = if every_row * every_column > 1 {
            format!(" Of {} × {} values every n-th is shown.", rows.len(), columns.len())
        } else {
            String::new()
        };
        let heat = Heat {
            corner: format!("{down} ↓ {across} →"),
            columns: columns.iter().step_by(every_column).map(|&name| name.to_owned()).collect(),
            scale: Heat::scale_of(&shown, 0.0),
            rows: shown,
            axis: Axis::Number,
            decimals: 2,
            signed: true,
        };
        let caption = format!(
            "Annual Sharpe ratio by {down} (down) and {across} (across); blue above 0, orange below. A lone peak among poor \
             neighbours is luck more often than skill.{left_out}"
        );
        Some(Figure::heat("Surface: Sharpe ratio", heat, &caption))
    }

    /// How the ratios of all settings lie.
    fn spread(&self) -> Figure {
        let ratios: Vec<f64> = self.settings.iter().filter_map(|(_, ratio)| *ratio).collect();
        let bars = histogram(&ratios);
        let rows = counts(&bars);
        Figure::new(
            "All settings",
            Chart::Plot(Plot::new(
                Axis::Number,
                Axis::Whole,
                vec![Layer::Bars { name: String::new(), tone: Tone::Neutral, bars }],
            )),
            &format!(
                "How many settings have which annual Sharpe ratio. The best of {} settings without skill is expected to have {}.",
                count(self.luck.tried),
                fixed(self.luck.expected_max, 2)
            ),
            Table::new(&["from", "to", "settings"]).rows(rows),
        )
        .full()
    }

    fn by_value(&self) -> Table {
        let mut rows = Vec::new();
        for (column, key) in self.keys.iter().enumerate() {
            let values = self.values(column);
            for value in values.iter().step_by(values.len().div_ceil(MOST_VALUES).max(1)) {
                let of_value = self.settings.iter().filter(|(v, _)| v[column] == **value);
                let mut ratios: Vec<f64> = of_value.filter_map(|(_, ratio)| *ratio).collect();
                ratios.sort_by(f64::total_cmp);
                let middle = ratios.get(ratios.len() / 2).copied();
                rows.push(vec![
                    format!("{key} = {value}"),
                    count(ratios.len() as u64),
                    fixed(ratios.first().copied(), 2),
                    fixed(middle, 2),
                    fixed(ratios.last().copied(), 2),
                ]);
            }
        }
        Table::new(&["value", "settings", "lowest ratio", "median", "highest"]).rows(rows)
    }
}

/// Bars of how often `values` fall where: from, to, how often.
fn histogram(values: &[f64]) -> Vec<(f64, f64, f64)> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high {
        return Vec::new();
    }
    let width = ((high - low) / BARS as f64).max(1e-9);
    let bar = |k: usize| {
        let from = low + width * k as f64;
        let is_last = k + 1 == BARS;
        let within = |v: &f64| *v >= from && (*v < from + width || is_last);
        (from, from + width, finite().filter(within).count() as f64)
    };
    (0..BARS).map(bar).collect()
}

/// The rows of a histogram's table, those of empty bars aside.
fn counts(bars: &[(f64, f64, f64)]) -> Vec<Vec<String>> {
    let full = bars.iter().filter(|(.., n)| *n > 0.0);
    full.map(|(from, to, n)| {
        [(*from, 2), (*to, 2), (*n, 0)].map(|(v, d)| fixed(Some(v), d)).to_vec()
    })
    .collect()
}

impl Halves {
    fn figure(&self) -> Figure {
        let bars = histogram(&self.logits);
        let rows = counts(&bars);
        let (worse, better): (Vec<_>, Vec<_>) =
            bars.into_iter().partition(|(from, to, _)| f64::midpoint(*from, *to) <= 0.0);
        let layers = vec![
            Layer::Bars { name: "below the median".to_owned(), tone: Tone::Short, bars: worse },
            Layer::Bars { name: "above".to_owned(), tone: Tone::Long, bars: better },
        ];
        Figure::new(
            "The best of one half, in the other",
            Chart::Plot(Plot::new(Axis::Number, Axis::Whole, layers)),
            &format!(
                "{} ways to cut the time into two halves of blocks: the setting that is best in one half has rank ω in the other, \
                 shown as ln(ω / (1 − ω)). At or below 0, worse than half of all settings: {}; it lost there in {}. Near 50 % the \
                 choice is worth nothing.",
                count(self.logits.len() as u64),
                per_cent(Some(self.probability), 0),
                per_cent(Some(self.loss_probability), 0)
            ),
            Table::new(&["logit from", "to", "splits"]).rows(rows),
        )
        .full()
    }
}

impl Walk {
    fn figure(&self, keys: &[String]) -> Figure {
        let dots = self.steps.iter().map(|step| Dot {
            x: at(step.start),
            y: step.total_return,
            interval: None,
            title: format!("{}: {}", step.name, change(Some(step.total_return), 1)),
            tone: Tone::of_sign(step.total_return),
        });
        let mut equity = 1.0;
        let grown = self.steps.iter().map(|step| {
            equity *= 1.0 + step.total_return;
            (at(step.start), equity - 1.0)
        });
        let layers = vec![
            Layer::line("in all", Tone::Ink, grown.collect()),
            Layer::Dots { name: "steps".to_owned(), dots: dots.collect() },
        ];
        let rows = self.steps.iter().map(|step| {
            let own = [
                step.name.clone(),
                fixed(step.past_sharpe, 2),
                change(Some(step.total_return), 1),
                count(step.trades),
            ];
            let values = if step.values.is_empty() {
                vec!["nothing".to_owned(); keys.len()]
            } else {
                step.values.clone()
            };
            own.into_iter().chain(values).collect()
        });
        let own = ["from", "Sharpe ratio of the past", "return", "trades"];
        let columns: Vec<&str> = own.into_iter().chain(keys.iter().map(String::as_str)).collect();
        Figure::new(
            "Chosen on the past, reported on the future",
            Chart::Plot(over_months(Axis::PerCent, layers)),
            &format!("{} A dot is what the chosen setting returned in its step.", self.rule),
            Table::new(&columns).rows(rows),
        )
        .full()
    }
}
