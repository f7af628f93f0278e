//! Whether decisions still mean what they say.

use crate::number::{count, fixed, per_cent};
use crate::pages::at;
use crate::pages::over_months::over_months;
use crate::{Axis, Bar, Bars, Chart, Dot, Figure, Layer, Page, Section, Table, Tile, Tone};

/// What a page of a monitor shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Monitoring {
    /// The dataset.
    pub dataset: String,
    /// Strategy and run, a line each.
    pub facts: Vec<String>,
    /// Month by month, in order of time.
    pub months: Vec<WatchedMonth>,
    /// Each detector: name, value, threshold.
    pub detectors: Vec<(String, f64, f64)>,
    /// What holds now, of rows and of whoever hears of them: what it is, and its value.
    pub lags: Vec<(String, String)>,
    /// What fires: rule, side, since, in words.
    pub alerts: Vec<[String; 4]>,
    /// The footer: names and values.
    pub origin: Vec<(String, String)>,
}

/// One month.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WatchedMonth {
    /// `2025-11`.
    pub name: String,
    /// Its first instant, seconds.
    pub start: i64,
    /// Rows with a probability.
    pub scored: u64,
    /// Rows that are missing.
    pub missing: u64,
    /// Rows whose label is known.
    pub labelled: u64,
    /// Share of labels 1 that probabilities promised.
    pub promised: Option<f64>,
    /// Share that came.
    pub came: Option<f64>,
    /// The alarms of the month, in words; empty where there was none.
    pub alarms: String,
    /// Stability index of the bins, and its limit.
    pub psi: Option<(f64, f64)>,
    /// Distance of the probabilities from the year before, and its limit.
    pub distance: Option<(f64, f64)>,
}

impl Monitoring {
    /// The page.
    #[must_use]
    pub fn page(&self) -> Page {
        let mut page = Page::new("Monitor", &self.dataset);
        page = self.facts.iter().fold(page, |page, fact| page.fact(fact.clone()));
        page = page.answer(match self.alerts.len() {
            0 => "Nothing fires.".to_owned(),
            1 => "One alert fires.".to_owned(),
            alerts => format!("{alerts} alerts fire."),
        });
        let alarmed = self.months.iter().filter(|month| !month.alarms.is_empty()).count();
        let scored = self.months.iter().map(|month| month.scored).sum();
        if scored == 0 {
            page = page.answer("No row has a probability: calibration and scores are not watched.");
        } else if self.months.iter().all(|month| month.labelled == 0) {
            page = page.answer("No row has a label yet: calibration is not watched.");
        }
        let missing = self.months.iter().map(|month| month.missing).sum();
        let drifted = self.months.iter().filter(|month| month.drifted()).count();
        let last = self.months.last();
        page = page
            .tile(Tile::new("Rows", count(scored), "with a probability"))
            .tile(Tile::new("Missing", count(missing), "rows that never came"))
            .tile(Tile::new("Months", self.months.len().to_string(), "watched"))
            .tile(Tile::new("Alarmed", alarmed.to_string(), "months with an alarm"))
            .tile(Tile::new("Moved", drifted.to_string(), "months whose scores moved"))
            .tile(Tile::new(
                "Promised",
                per_cent(last.and_then(|month| month.promised), 1),
                "labels of 1 in the last month",
            ))
            .tile(Tile::new(
                "Came",
                per_cent(last.and_then(|month| month.came), 1),
                "of the last month's known labels",
            ));
        let alerts = self.alerts.iter().map(|alert| alert.to_vec());
        let alerts = Table::new(&["rule", "side", "since", "what"]).rows(alerts).words();
        let mut calibration =
            Section::new("Calibration").figure(self.promised()).figure(self.detectors());
        if !self.alerts.is_empty() {
            calibration = calibration.table("What fires", alerts);
        }
        let drift = Section::new("Scores")
            .figure(self.drift(
                "Stability index",
                "index",
                |month| month.psi,
                "Population stability index of each month's bins against the year before",
            ))
            .figure(self.drift(
                "Distance of probabilities",
                "distance",
                |month| month.distance,
                "Wasserstein distance of each month's probabilities from those of the year before",
            ));
        let lags = self.lags.iter().map(|(name, value)| vec![name.clone(), value.clone()]);
        let lags = Table::new(&["what", "now"]).rows(lags).words();
        page = page.section(calibration).section(drift);
        if !self.lags.is_empty() {
            page = page.section(Section::new("Lags").table("Rows, bins and sinks", lags));
        }
        self.origin.iter().fold(page, |page, (name, value)| page.origin(name, value.clone()))
    }

    fn promised(&self) -> Figure {
        let promised =
            self.months.iter().filter_map(|month| Some((at(month.start), month.promised?)));
        let came = self.months.iter().filter_map(|month| {
            Some(Dot {
                x: at(month.start),
                y: month.came?,
                interval: None,
                title: format!("{}: {} {}", month.name, per_cent(month.came, 1), month.alarms),
                tone: if month.alarms.is_empty() { Tone::Long } else { Tone::Short },
            })
        });
        let (alarmed, calm): (Vec<Dot>, Vec<Dot>) = came.partition(|dot| dot.tone == Tone::Short);
        let mut layers = vec![
            Layer::line("promised", Tone::Neutral, promised.collect()),
            Layer::Dots { name: "came".to_owned(), dots: calm },
        ];
        let name = "came, in a month with an alarm".to_owned();
        layers.extend((!alarmed.is_empty()).then_some(Layer::Dots { name, dots: alarmed }));
        let rows = self.months.iter().map(|month| {
            vec![
                month.name.clone(),
                per_cent(month.promised, 1),
                per_cent(month.came, 1),
                count(month.labelled),
                count(month.missing),
                month.alarms.clone(),
            ]
        });
        let columns = ["month", "promised", "came", "labels", "missing rows", "alarms"];
        Figure::new(
            "Promised and came",
            Chart::Plot(over_months(Axis::PerCent, layers)),
            "Share of labels 1 that the probabilities of a month promised, and the share that came. Orange diamonds: \
             months in which a detector alarmed.",
            Table::new(&columns).rows(rows),
        )
        .full()
    }

    fn detectors(&self) -> Figure {
        let bars = self.detectors.iter().map(|(name, value, threshold)| Bar {
            name: name.clone(),
            from: 0.0,
            to: (value / threshold).min(1.0),
            tone: if value * 2.0 > *threshold { Tone::Short } else { Tone::Neutral },
            text: format!("{} of {}", fixed(Some(*value), 1), fixed(Some(*threshold), 0)),
        });
        let rows = self.detectors.iter().map(|(name, value, threshold)| {
            vec![name.clone(), fixed(Some(*value), 2), fixed(Some(*threshold), 0)]
        });
        Figure::new(
            "Detectors now",
            Chart::Bars(Bars { bars: bars.collect(), whole: Some(1.0) }),
            "Value of each e-detector as a share of its threshold; at the threshold it alarms and begins anew. A watch \
             is expected at most once a year by chance, an alert once in twenty years.",
            Table::new(&["detector", "value", "threshold"]).rows(rows),
        )
        .full()
    }

    fn drift(
        &self,
        title: &str,
        name: &str,
        of: fn(&WatchedMonth) -> Option<(f64, f64)>,
        what: &str,
    ) -> Figure {
        let found: Vec<_> =
            self.months.iter().filter_map(|month| Some((month, of(month)?))).collect();
        let dots = found.iter().map(|(month, (value, limit))| Dot {
            x: at(month.start),
            y: *value,
            interval: None,
            title: format!("{}: {}", month.name, fixed(Some(*value), 3)),
            tone: if value > limit { Tone::Short } else { Tone::Long },
        });
        let limits = found.iter().map(|(month, (_, limit))| (at(month.start), *limit)).collect();
        let layers = vec![
            Layer::line("99 % limit", Tone::Neutral, limits).dashed(true),
            Layer::Dots { name: "months".to_owned(), dots: dots.collect() },
        ];
        let rows = found.iter().map(|(month, (value, limit))| {
            vec![month.name.clone(), fixed(Some(*value), 4), fixed(Some(*limit), 4)]
        });
        Figure::new(
            title,
            Chart::Plot(over_months(Axis::Number, layers)),
            &format!(
                "{what}. The limit is what 99 of 100 windows drawn from that year in blocks of a week do not exceed; \
                 orange diamonds lie beyond. Not before half a year of scores."
            ),
            Table::new(&["month", name, "limit"]).rows(rows),
        )
    }
}

impl WatchedMonth {
    fn drifted(&self) -> bool {
        [self.psi, self.distance].into_iter().flatten().any(|(value, limit)| value > limit)
    }
}
