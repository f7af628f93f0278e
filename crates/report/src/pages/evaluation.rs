//! How good probabilities, bins and signals were out of sample.

use crate::number::{count, fixed, interval, per_cent};
use crate::pages::over_months::over_months;
use crate::pages::{Bin, Evaluation, Method, Month, Uncertain, at, evaluation_bins};
use crate::{Axis, Chart, Dot, Figure, Layer, Page, Plot, Section, Table, Tile, Tone};

impl Evaluation {
    /// The page.
    #[must_use]
    pub fn page(&self) -> Page {
        let mut page = Page::new("Evaluation", &self.dataset);
        page = self.facts.iter().fold(page, |page, fact| page.fact(fact.clone()));
        page = page.warnings(self.warnings.iter().cloned());
        page = self.answers().into_iter().fold(page, Page::answer);
        page = self.tiles().into_iter().fold(page, Page::tile);
        page = page.section(self.calibration()).section(evaluation_bins::section(self));
        self.origin.iter().fold(page, |page, (name, value)| page.origin(name, value.clone()))
    }

    fn judged(&self) -> Option<&Method> {
        self.methods.get(self.judged)
    }

    /// 1 − Brier over that of the base rate.
    fn skill(method: &Method) -> Option<f64> {
        let (_, _, uncertainty) = method.decomposition?;
        let skill = 1.0 - method.brier? / uncertainty;
        skill.is_finite().then_some(skill)
    }

    fn answers(&self) -> Vec<String> {
        let Some(judged) = self.judged().filter(|_| self.rows > 0) else {
            return vec!["No row has a label: nothing can be judged.".to_owned()];
        };
        let mut answers = Vec::new();
        let with_interval =
            self.months.iter().filter_map(|month| month.slope?.1).collect::<Vec<_>>();
        let held = with_interval.iter().filter(|(low, high)| (*low..=*high).contains(&1.0)).count();
        answers.push(match judged.decomposition {
            Some((miscalibration, discrimination, _)) => format!(
                "Calibrated? Miscalibration is {}, discrimination {}. The interval of the slope holds 1 in {held} of \
                 {} months.",
                fixed(Some(miscalibration), 5),
                fixed(Some(discrimination), 5),
                with_interval.len()
            ),
            None => "Calibrated? All labels are equal: it cannot be said.".to_owned(),
        });
        answers.push(format!(
            "Ordered? Kendall's tau of bin and hit rate is {}; {} of the pairs of bins are in order.",
            fixed(self.kendall_tau, 3),
            per_cent(self.ordered_share, 1)
        ));
        for (name, rows, _, payoff) in &self.sides {
            if let (Some(payoff), true) = (payoff, *rows > 0) {
                let sure = match payoff.interval {
                    Some((low, _)) if low > 0.0 => "above zero",
                    Some((_, high)) if high < 0.0 => "below zero",
                    _ => "not to be told from zero",
                };
                answers.push(format!(
                    "Does it pay after costs? {name}: mean net payoff {} ({} %: {}): {sure}.",
                    crate::number::change(Some(payoff.mean), 3),
                    self.confidence * 100.0,
                    crate::number::interval_per_cent(payoff.interval, 3)
                ));
            }
        }
        answers
    }

    fn tiles(&self) -> Vec<Tile> {
        let judged = self.judged().cloned().unwrap_or_default();
        let part = |k: usize| judged.decomposition.map(|(m, d, u)| [m, d, u][k]);
        vec![
            Tile::new("Brier skill", per_cent(Self::skill(&judged), 2), "against the base rate"),
            Tile::new(
                "Miscalibration",
                fixed(part(0), 5),
                "part of the Brier score, 0 is calibrated",
            ),
            Tile::new(
                "Discrimination",
                fixed(part(1), 5),
                "part of the Brier score, more is better",
            ),
            Tile::new("Slope", fixed(judged.slope, 3), "of the calibration line, 1 is calibrated"),
            Tile::new("AUC", fixed(judged.auc, 4), "0.5 is no order at all"),
            Tile::new("Base rate", per_cent(self.base_rate, 1), "of labels 1"),
            Tile::new("Rows", count(self.rows), "with a known label"),
            Tile::new(
                "Independent",
                fixed(self.independent_rows, 0),
                "labels that share no candle: rows over the horizon",
            ),
        ]
    }

    fn calibration(&self) -> Section {
        Section::new("Calibration")
            .figure(self.reliability())
            .figure(self.corp())
            .figure(self.line(
                "Slope by month",
                1.0,
                "slope",
                |month| month.slope,
                "Slope of the calibration line, 1 is calibrated; below 1 the probabilities were too far apart.",
            ))
            .figure(self.line(
                "Intercept by month",
                0.0,
                "intercept",
                |month| month.intercept,
                "Intercept of the calibration line (log odds), 0 is calibrated.",
            ))
            .figure(self.auc())
            .table("Scores of all rows", self.scores())
    }

    /// Bins as dots, with the steps of the isotonic regression and the density at the foot.
    fn reliability(&self) -> Figure {
        let dot = |bin: &Bin| {
            Some(Dot {
                x: bin.mean_p?,
                y: bin.hit_rate.value?,
                interval: bin.hit_rate.wilson,
                title: format!(
                    "bin {}: {} of {} rows",
                    bin.number,
                    per_cent(bin.hit_rate.value, 1),
                    count(bin.rows)
                ),
                tone: Tone::Long,
            })
        };
        let dots: Vec<Dot> = self.bins.iter().filter_map(dot).collect();
        let mut band: Vec<_> = self
            .bins
            .iter()
            .filter_map(|bin| {
                let (low, high) = bin.hit_rate.bootstrap?;
                Some((bin.mean_p?, low, high))
            })
            .collect();
        band.sort_by(|a, b| a.0.total_cmp(&b.0));
        let top = dots
            .iter()
            .flat_map(|dot| [dot.x, dot.interval.map_or(dot.y, |interval| interval.1)])
            .chain(band.iter().map(|b| b.2))
            .fold(0.05_f64, f64::max);
        let top = (top * 1.04).min(1.0);
        // What lies beyond the bins is too rare to be drawn.
        let corp = self.judged().map_or(&[][..], |method| &method.corp);
        let mut within: Vec<_> = corp.iter().copied().filter(|point| point.0 <= top).collect();
        if let (Some(last), true) = (within.last().copied(), within.len() < corp.len()) {
            within.push((top, last.1));
        }
        let most = self.density.iter().map(|d| d.2).max().unwrap_or(0).max(1) as f64;
        let foot = self
            .density
            .iter()
            .filter(|d| d.1 <= top)
            .map(|&(a, b, rows)| (a, b, rows as f64 / most * top * 0.15));
        let layers = vec![
            Layer::Bars {
                name: "density of probabilities".to_owned(),
                tone: Tone::Neutral,
                bars: foot.collect(),
            },
            Layer::Band {
                name: "block bootstrap".to_owned(),
                tone: Tone::Long,
                lower: band.iter().map(|b| (b.0, b.1)).collect(),
                upper: band.iter().map(|b| (b.0, b.2)).collect(),
            },
            Layer::Diagonal { name: "calibrated".to_owned() },
            Layer::line("CORP", Tone::Ink, within),
            Layer::Dots { name: "bins, Wilson".to_owned(), dots },
        ];
        let mut plot = Plot::new(Axis::PerCent, Axis::PerCent, layers);
        (plot.x_range, plot.y_range) = (Some((0.0, top)), Some((0.0, top)));
        plot.height = 0.62;
        let rows = self.bins.iter().map(|bin| {
            vec![
                bin.number.to_string(),
                fixed(bin.mean_p, 4),
                per_cent(bin.hit_rate.value, 1),
                crate::number::interval_per_cent(bin.hit_rate.wilson, 1),
                crate::number::interval_per_cent(bin.hit_rate.bootstrap, 1),
                count(bin.rows),
            ]
        });
        let table =
            Table::new(&["bin", "mean p", "hit rate", "Wilson", "bootstrap", "rows"]).rows(rows);
        let name = self.judged().map_or("", |method| &method.name);
        Figure::new(
            "Reliability",
            Chart::Plot(plot),
            &format!(
                "Across: mean probability; up: how often it came true. Dots are bins with Wilson {c} % intervals \
                 (independent rows); the band is the block bootstrap {c} % ({b}); the step is the isotonic regression \
                 of labels on probabilities (CORP). The bars at the foot show where probabilities lie, not to scale.",
                c = self.confidence * 100.0,
                b = self.bootstrap
            ),
            table,
        )
        .note(name)
    }

    /// The three methods' steps.
    fn corp(&self) -> Figure {
        let tones = [Tone::Neutral, Tone::Long, Tone::Short];
        let line = |(k, method): (usize, &Method)| {
            Layer::line(&method.name, tones[k % 3], method.corp.clone()).dashed(k == 2)
        };
        let mut layers = vec![Layer::Diagonal { name: "calibrated".to_owned() }];
        layers.extend(self.methods.iter().enumerate().map(line));
        let mut plot = Plot::new(Axis::PerCent, Axis::PerCent, layers);
        (plot.x_range, plot.y_range) = (Some((0.0, 1.0)), Some((0.0, 1.0)));
        plot.height = 0.62;
        let part = |method: &Method, k: usize| {
            fixed(method.decomposition.map(|(m, d, u)| [m, d, u][k]), 5)
        };
        let rows = self.methods.iter().map(|method| {
            let mut row = vec![method.name.clone(), fixed(method.brier, 5)];
            row.extend((0..3).map(|k| part(method, k)));
            row
        });
        let table =
            Table::new(&["score", "Brier", "miscalibration", "discrimination", "uncertainty"])
                .rows(rows);
        Figure::new(
            "Raw, Platt, isotonic",
            Chart::Plot(plot),
            "The isotonic regression of labels on each score. Brier = miscalibration − discrimination + uncertainty; a \
             curve on the diagonal has no miscalibration.",
            table,
        )
    }

    fn line(
        &self,
        title: &str,
        calibrated: f64,
        name: &str,
        of: fn(&Month) -> Option<Uncertain>,
        caption: &str,
    ) -> Figure {
        let dots = self.months.iter().filter_map(|month| {
            let (y, interval) = of(month)?;
            let title = format!("{}: {}", month.name, fixed(Some(y), 3));
            Some(Dot { x: at(month.start), y, interval, title, tone: Tone::Ink })
        });
        let layers = vec![
            Layer::Level { name: "calibrated".to_owned(), y: calibrated },
            Layer::Dots { name: "months".to_owned(), dots: dots.collect() },
        ];
        let rows = self.months.iter().map(|month| {
            let value = of(month);
            vec![
                month.name.clone(),
                fixed(value.map(|v| v.0), 3),
                interval(value.and_then(|v| v.1), 3),
                count(month.rows),
            ]
        });
        let table = Table::new(&["month", name, "interval", "rows"]).rows(rows);
        let caption = format!(
            "{caption} Whiskers: {} %, from blocks as long as the bootstrap's, so that overlapping \
             labels do not narrow them.",
            self.confidence * 100.0
        );
        Figure::new(title, Chart::Plot(over_months(Axis::Number, layers)), &caption, table)
    }

    fn auc(&self) -> Figure {
        let points = self.months.iter().filter_map(|month| Some((at(month.start), month.auc?)));
        let dot = |(x, y): (f64, f64)| Dot {
            x,
            y,
            interval: None,
            title: fixed(Some(y), 3),
            tone: Tone::Ink,
        };
        let points: Vec<_> = points.collect();
        let layers = vec![
            Layer::Level { name: "no order".to_owned(), y: 0.5 },
            Layer::line("three months' mean", Tone::Neutral, rolling(&points, 3)),
            Layer::Dots {
                name: "months".to_owned(),
                dots: points.iter().copied().map(dot).collect(),
            },
        ];
        let rows = self.months.iter().map(|month| {
            vec![month.name.clone(), fixed(month.auc, 4), fixed(month.z, 2), count(month.rows)]
        });
        Figure::new(
            "AUC by month",
            Chart::Plot(over_months(Axis::Number, layers)),
            "How well probabilities order the rows of a month: the share of pairs of a 1 and a 0 that are in order. \
             Spiegelhalter's z is in the table; it takes rows as independent, so overlapping labels make it too large.",
            Table::new(&["month", "AUC", "Spiegelhalter's z", "rows"]).rows(rows),
        )
        .full()
    }

    fn scores(&self) -> Table {
        let rows = self.methods.iter().map(|method| {
            vec![
                method.name.clone(),
                fixed(method.brier, 5),
                per_cent(Self::skill(method), 2),
                fixed(method.log_loss, 5),
                fixed(method.auc, 4),
                fixed(method.slope, 3),
                fixed(method.intercept, 3),
                fixed(method.z, 2),
            ]
        });
        let columns = [
            "score",
            "Brier",
            "skill",
            "log loss",
            "AUC",
            "slope",
            "intercept",
            "Spiegelhalter's z",
        ];
        Table::new(&columns).rows(rows)
    }
}

/// The mean of each point and those before it, `n` in all.
fn rolling(points: &[(f64, f64)], n: usize) -> Vec<(f64, f64)> {
    let mean = |w: &[(f64, f64)]| w.iter().map(|p| p.1).sum::<f64>() / w.len() as f64;
    points.windows(n).filter_map(|w| Some((w.last()?.0, mean(w)))).collect()
}
