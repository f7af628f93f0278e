//! After ten million rows, with huge values among them, an indicator over a window knows nothing but
//! its window.

use indicators::{
    Correlation, Ema, Indicator, LinearRegression, Pair, Period, RollingMax, Sma, StdDev, batch,
};

const ROWS: u32 = 10_000_000;
const PERIOD: u32 = 20;
/// The last one has just left the last window.
const SPIKES: [u32; 3] = [1_000_003, 5_555_555, ROWS - PERIOD - 1];

/// A price near 30 000 that wanders and never repeats, and a spike of 1e15.
fn price(row: u32) -> f64 {
    if SPIKES.contains(&row) {
        return 1e15;
    }
    let noise = f64::from(row.wrapping_mul(2_654_435_761) >> 8) / f64::from(1_u32 << 24);
    30_000.0 + 4_000.0 * (f64::from(row) * 1e-5).sin() + 150.0 * noise
}

fn other(row: u32) -> f64 {
    price(row.wrapping_mul(7) % ROWS) + 0.5 * price(row)
}

/// Feeds all rows and gives the last output.
fn last<I: Indicator>(mut indicator: I, input: impl Fn(u32) -> I::Input) -> I::Output {
    let mut last = None;
    for row in 0..ROWS {
        last = indicator.update(input(row)).unwrap();
    }
    last.unwrap()
}

fn near(what: &str, found: f64, wanted: f64) {
    let error = (found - wanted).abs() / wanted.abs();
    assert!(error <= 1e-14, "{what}: {found}, wanted {wanted}");
}

#[test]
fn ten_million_rows_and_three_spikes_leave_no_trace() {
    let n = Period::new(PERIOD as usize).unwrap();
    // The direct computation, in two passes over differences to a price near all of them. Divided
    // by powers of two where that is possible, so that it adds little rounding of its own.
    let window: Vec<Pair> =
        (ROWS - PERIOD..ROWS).map(|row| Pair { x: price(row), y: other(row) }).collect();
    let count = f64::from(PERIOD);
    let mean = |values: &dyn Fn(&Pair) -> f64| {
        let pivot = values(&window[0]);
        pivot + window.iter().map(|pair| values(pair) - pivot).sum::<f64>() / count
    };
    let (x, y) = (mean(&|pair| pair.x), mean(&|pair| pair.y));
    let sum = |term: &dyn Fn(f64, f64, f64) -> f64| -> f64 {
        let rows = (0..PERIOD).map(f64::from).zip(&window);
        rows.map(|(row, pair)| term(row - 0.5 * (count - 1.0), pair.x - x, pair.y - y)).sum()
    };
    let (xx, yy, xy) = (sum(&|_, x, _| x * x), sum(&|_, _, y| y * y), sum(&|_, x, y| x * y));
    let slope = sum(&|row, x, _| row * x) / sum(&|row, _, _| row * row);
    let highest = window.iter().map(|pair| pair.x).fold(f64::MIN, f64::max);

    near("mean", last(Sma::new(n), price), x);
    near("deviation", last(StdDev::new(n), price), (xx / count).sqrt());
    near("slope", last(LinearRegression::new(n).unwrap(), price).slope, slope);
    let both = |row| Pair { x: price(row), y: other(row) };
    near("correlation", last(Correlation::new(n).unwrap(), both), xy / (xx * yy).sqrt());
    assert_eq!(last(RollingMax::new(n), price), highest);
}

/// Means over windows of other lengths. The spike has just left them.
#[test]
fn five_million_rows_and_two_spikes_leave_no_trace_in_a_mean() {
    for rows in [2, 31, 32, 64, 1_001] {
        let mut sma = Sma::new(Period::new(rows).unwrap());
        let end = SPIKES[1] + 1 + u32::try_from(rows).unwrap();
        let prices: Vec<f64> = (0..end).map(price).collect();
        let means = batch(&mut sma, prices.iter().copied()).unwrap();
        let window = &prices[prices.len() - rows..];
        let sum: f64 = window.iter().map(|price| price - window[0]).sum();
        near("mean", means[prices.len() - 1].unwrap(), window[0] + sum / rows as f64);
    }
}

/// An EMA never forgets a spike wholly: it has the weight of its age, and no more.
#[test]
fn ten_million_rows_and_three_spikes_leave_an_ema_what_it_is() {
    for (rows, seen) in [(20, 2_000), (500, 40_000)] {
        let n = Period::new(rows).unwrap();
        let weight = 2.0 / (rows as f64 + 1.0);
        // Older rows weigh less than 1e-60. The oldest first, so that the small is added to the small.
        let newest = price(ROWS - 1);
        let sum: f64 = (0..seen)
            .rev()
            .map(|age| {
                let power = (1.0 - weight).powi(age);
                weight * power * (price(ROWS - 1 - age.unsigned_abs()) - newest)
            })
            .sum();
        near("EMA", last(Ema::new(n), price), newest + sum);
    }
}

/// A running sum of squares would leave a deviation of noise here.
#[test]
fn a_constant_window_has_no_deviation_whatever_came_before() {
    for period in [2, 3, 7, 11, 19, 20, 23, 31, 32, 49, 100] {
        let n = Period::new(period).unwrap();
        let (mut sma, mut deviation) = (Sma::new(n), StdDev::new(n));
        let mut line = LinearRegression::new(n).unwrap();
        let mut correlation = Correlation::new(n).unwrap();
        for row in 0..3_000_u32 {
            let flat = row % 500 >= 250;
            let value = if flat { 0.1 } else { price(row) * 1e5 };
            let mean = sma.update(value).unwrap();
            let spread = deviation.update(value).unwrap();
            let slope = line.update(value).unwrap().map(|line| line.slope);
            let pair = Pair { x: value, y: f64::from(row) };
            let correlated = correlation.update(pair).unwrap();
            if flat && (row % 250) as usize >= period - 1 {
                let wanted = [Some(0.1), Some(0.0), Some(0.0), Some(0.0)];
                assert_eq!([mean, spread, slope, correlated], wanted, "row {row}");
            } else if !flat && row % 500 > 0 {
                assert!(spread.is_none_or(|spread| spread > 0.0), "row {row}");
            }
        }
    }
}

/// The same window after other pasts: equal to what rounding within the window can do.
#[test]
fn the_past_is_forgotten() {
    let n = Period::new(50).unwrap();
    let deviation = |skipped: u32, spike: f64| {
        let mut deviation = StdDev::new(n);
        for row in skipped..1_000 {
            deviation.update(if row == 949 { spike } else { price(row) }).unwrap();
        }
        deviation.update(price(1_000)).unwrap().unwrap()
    };
    let wanted = deviation(500, 1.0);
    for (skipped, spike) in [(0, 1e15), (1, -1e99), (13, 1e-99), (949, 1e40)] {
        near("deviation", deviation(skipped, spike), wanted);
    }
}
