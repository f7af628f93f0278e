//! One month's bins, or two months compared.

use crate::number::{count, fixed, interval_per_cent, per_cent};
use crate::pages::Interval;
use crate::pages::evaluation_bins::side;
use crate::{Axis, Chart, Figure, Ladder, Layer, Page, Plot, Rung, Section, Table, Tile, Tone};

/// What a page of `inspect` shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inspection {
    /// The dataset.
    pub dataset: String,
    /// Run and rule, a line each.
    pub facts: Vec<String>,
    /// What to read with care.
    pub warnings: Vec<String>,
    /// The month, or both: the one asked for and the one it is compared with.
    pub months: Vec<MonthBins>,
    /// The footer: names and values.
    pub origin: Vec<(String, String)>,
}

/// One month's calibrator and bins, measured over the window that they were made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MonthBins {
    /// `2025-11`.
    pub name: String,
    /// What is known of its making: names and values.
    pub facts: Vec<(String, String)>,
    /// Rows of the window.
    pub rows: u64,
    /// Share of them with the label 1.
    pub base_rate: f64,
    /// Name, before, after calibration.
    pub quality: Vec<(String, f64, f64)>,
    /// Raw score and probability, ascending.
    pub curve: Vec<(f64, f64)>,
    /// The bins, from 1.
    pub bins: Vec<BinShape>,
}

/// One bin.
#[derive(Debug, Clone, PartialEq)]
pub struct BinShape {
    /// Its number, from 1.
    pub number: u16,
    /// Long, short, or neither.
    pub tone: Tone,
    /// Lower edge; none for the first.
    pub lower: Option<f64>,
    /// Upper edge; none for the last.
    pub upper: Option<f64>,
    /// Rows of the window.
    pub rows: u64,
    /// Mean calibrated probability.
    pub mean_p: Option<f64>,
    /// Share of labels 1.
    pub hit_rate: Option<f64>,
    /// Its Wilson interval.
    pub interval: Option<Interval>,
    /// Whether any score can lead here.
    pub reachable: bool,
}

const TONES: [Tone; 2] = [Tone::Long, Tone::Short];

impl Inspection {
    /// The page.
    #[must_use]
    pub fn page(&self) -> Page {
        let mut page = Page::new("Bins of a month", &self.dataset);
        page = self.facts.iter().fold(page, |page, fact| page.fact(fact.clone()));
        if self.months.is_empty() {
            page = page.answer("No month: there are no bins to show.");
        }
        page = page.warnings(self.warnings.iter().cloned());
        page = self.tiles().into_iter().fold(page, Page::tile);
        if self.months.len() > 1 {
            page = page.section(self.compared());
        }
        page = self.months.iter().map(MonthBins::section).fold(page, Page::section);
        self.origin.iter().fold(page, |page, (name, value)| page.origin(name, value.clone()))
    }

    fn tiles(&self) -> Vec<Tile> {
        let tile = |month: &MonthBins| {
            let base = Tile::new(
                &format!("{}: base rate", month.name),
                per_cent(Some(month.base_rate), 1),
                "of labels 1 in the window",
            );
            let rows = Tile::new(
                &format!("{}: rows", month.name),
                count(month.rows),
                "of the window, calibrated",
            );
            let quality = month.quality.iter().map(|(name, before, after)| {
                let meaning =
                    format!("in the window; {} before calibration", fixed(Some(*before), 5));
                Tile::new(&format!("{}: {name}", month.name), fixed(Some(*after), 5), meaning)
            });
            [rows, base].into_iter().chain(quality).collect::<Vec<_>>()
        };
        self.months.iter().flat_map(tile).collect()
    }

    fn compared(&self) -> Section {
        let line = |month: &MonthBins, tone: Tone, points: Vec<(f64, f64)>| {
            Layer::line(&month.name, tone, points).dashed(tone == Tone::Short)
        };
        let months = || self.months.iter().zip(TONES);
        let curves = months().map(|(month, tone)| line(month, tone, month.curve.clone()));
        let mut plot = Plot::new(Axis::PerCent, Axis::PerCent, curves.collect());
        plot.height = 0.55;
        let edge = |bin: &BinShape| Some((f64::from(bin.number), bin.upper?));
        let edges = |month: &MonthBins| month.bins.iter().filter_map(edge).collect();
        let lines = months().map(|(month, tone)| line(month, tone, edges(month)));
        let mut of_edges = Plot::new(Axis::Whole, Axis::PerCent, lines.collect());
        of_edges.height = 0.55;
        let names: Vec<&str> = self.months.iter().map(|month| month.name.as_str()).collect();
        let columns: Vec<String> = std::iter::once("bin".to_owned())
            .chain(names.iter().flat_map(|name| {
                ["upper edge", "rows", "hit rate"].map(|what| format!("{what} {name}"))
            }))
            .collect();
        let bins = self.months.iter().map(|month| month.bins.len()).max().unwrap_or(0);
        let rows = (0..bins).map(|k| {
            let of = |month: &MonthBins| {
                let bin = month.bins.get(k);
                [
                    fixed(bin.and_then(|bin| bin.upper), 4),
                    bin.map_or(String::new(), |bin| count(bin.rows)),
                    per_cent(bin.and_then(|bin| bin.hit_rate), 1),
                ]
            };
            std::iter::once((k + 1).to_string()).chain(self.months.iter().flat_map(of)).collect()
        });
        let table = Table { columns, rows: rows.collect(), words: false };
        let curve_rows = |month: &MonthBins| {
            let step = (month.curve.len() / 20).max(1);
            let name = month.name.clone();
            let point = move |&(score, p): &(f64, f64)| {
                vec![name.clone(), fixed(Some(score), 4), fixed(Some(p), 4)]
            };
            month.curve.iter().step_by(step).map(point).collect::<Vec<_>>()
        };
        let curve_table = Table::new(&["month", "raw score", "probability"])
            .rows(self.months.iter().flat_map(curve_rows));
        Section::new("Compared")
            .figure(Figure::new(
                "From raw score to probability",
                Chart::Plot(plot),
                "What each month's calibrator makes of a raw score (across).",
                curve_table,
            ))
            .figure(Figure::new(
                "Upper edges of the bins",
                Chart::Plot(of_edges),
                "Across: the bin's number; up: the probability at which the next bin begins.",
                table,
            ))
    }
}

impl MonthBins {
    fn section(&self) -> Section {
        let rung = |bin: &BinShape| Rung {
            name: bin.number.to_string(),
            tone: bin.tone,
            value: bin.hit_rate,
            thick: bin.interval,
            thin: None,
            text: if bin.reachable { per_cent(bin.hit_rate, 1) } else { "unreachable".to_owned() },
        };
        let ladder = Ladder {
            rungs: self.bins.iter().rev().map(rung).collect(),
            level: Some(self.base_rate),
        };
        let rows = self.bins.iter().map(|bin| {
            vec![
                bin.number.to_string(),
                side(bin.tone).to_owned(),
                fixed(bin.lower, 4),
                fixed(bin.upper, 4),
                count(bin.rows),
                fixed(bin.mean_p, 4),
                per_cent(bin.hit_rate, 1),
                interval_per_cent(bin.interval, 1),
            ]
        });
        let columns = ["bin", "side", "from", "up to", "rows", "mean p", "hit rate", "Wilson 95 %"];
        let curve = Layer::line("probability of a raw score", Tone::Ink, self.curve.clone());
        let diagonal = Layer::Diagonal { name: "unchanged".to_owned() };
        let mut plot = Plot::new(Axis::PerCent, Axis::PerCent, vec![diagonal, curve]);
        plot.height = 0.62;
        let step = (self.curve.len() / 20).max(1);
        let points = self.curve.iter().step_by(step);
        let points = points.map(|&(score, p)| vec![fixed(Some(score), 4), fixed(Some(p), 4)]);
        let facts = self.facts.iter().map(|(name, value)| vec![name.clone(), value.clone()]);
        Section::new(&format!("Bins of {}", self.name))
            .figure(Figure::new(
                &format!("Hit rate by bin, {}", self.name),
                Chart::Ladder(ladder),
                "Share of labels 1 in the window, in sample, with Wilson 95 % intervals (independent rows, which \
                 overlapping labels are not). Blue discs are long bins, orange diamonds short ones; dotted: the base rate.",
                Table::new(&columns).rows(rows),
            ))
            .figure(Figure::new(
                &format!("From raw score to probability, {}", self.name),
                Chart::Plot(plot),
                "Across: the model's raw score; up: the calibrated probability.",
                Table::new(&["raw score", "probability"]).rows(points),
            ))
            .table(&format!("How {} was made", self.name), Table::new(&["what", "value"]).rows(facts).words())
    }
}
