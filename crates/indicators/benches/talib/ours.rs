//! Our side of the comparison with TA-Lib: `talib_peer.py` starts it and asks it line by line.
//!
//! `talib_ours FILE` reads a file of f64 columns (high, low, close, another series; little endian,
//! one after the other), and then answers each line of its input with one line:
//!
//! - `batch NAME PARAMETERS…`: nanoseconds for all rows, by `fill` into columns that are there;
//! - `update NAME PARAMETERS…`: the same by `update`, one call a row that cannot be inlined away;
//! - `answer FILE NAME PARAMETERS…`: writes the columns to the file, and says how many.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking, and its output is what the script reads"
)]

use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::Instant;

use indicators::{Columns, Indicator, IndicatorError, Row, fill};

#[path = "../../tests/suite/catalogue.rs"]
#[allow(dead_code, reason = "the script names the indicators, so the list of all is not read here")]
mod catalogue;

use catalogue::{Series, Visitor, visit};

fn read(path: &str) -> Series {
    let bytes = std::fs::read(path).unwrap();
    let (values, []) = bytes.as_chunks::<8>() else { panic!("{path} holds no whole f64 values") };
    let values: Vec<f64> = values.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect();
    let [high, low, close, other] = [0, 1, 2, 3].map(|column| {
        let rows = values.len() / 4;
        values[column * rows..(column + 1) * rows].to_vec()
    });
    Series { high, low, close, other }
}

/// Fills columns twice and times the second time: the first one brings their memory.
struct Batch;

impl Visitor for Batch {
    type Output = (u128, Vec<Vec<f64>>);

    fn visit<I, const N: usize>(
        self,
        indicator: I,
        rows: <I::Input as Row>::Series<'_>,
    ) -> Self::Output
    where
        I: Indicator<Output: Columns<N>> + Clone,
    {
        let len = I::Input::len(rows);
        let mut columns: [Vec<f64>; N] = std::array::from_fn(|_| vec![0.0; len]);
        let mut time = 0;
        for _ in 0..2 {
            let mut fresh = indicator.clone();
            let begin = Instant::now();
            fill(&mut fresh, black_box(rows), columns.each_mut().map(Vec::as_mut_slice)).unwrap();
            time = begin.elapsed().as_nanos();
            black_box(&columns);
        }
        (time, columns.to_vec())
    }
}

/// One call a row, as a live feed makes it.
struct Update;

impl Visitor for Update {
    type Output = u128;

    fn visit<I, const N: usize>(self, mut indicator: I, rows: <I::Input as Row>::Series<'_>) -> u128
    where
        I: Indicator<Output: Columns<N>>,
    {
        let begin = Instant::now();
        for input in I::Input::rows(rows) {
            black_box(call(black_box(&mut indicator), input).unwrap().map(Columns::columns));
        }
        begin.elapsed().as_nanos()
    }
}

#[inline(never)]
fn call<I: Indicator>(
    indicator: &mut I,
    input: I::Input,
) -> Result<Option<I::Output>, IndicatorError> {
    indicator.update(input)
}

fn answer(series: &Series, line: &str) -> String {
    let mut words = line.split_whitespace();
    let order = words.next().unwrap();
    let file = (order == "answer").then(|| words.next().unwrap());
    let name = words.next().unwrap();
    let parameters: Vec<usize> = words.map(|word| word.parse().unwrap()).collect();
    if order == "update" {
        return visit(name, &parameters, series, Update).unwrap().to_string();
    }
    let (time, columns) = visit(name, &parameters, series, Batch).unwrap();
    let Some(file) = file else { return time.to_string() };
    let bytes: Vec<u8> = columns.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(file, bytes).unwrap();
    columns.len().to_string()
}

fn main() {
    let series = read(&std::env::args().nth(1).unwrap());
    for line in std::io::stdin().lock().lines() {
        println!("{}", answer(&series, &line.unwrap()));
        std::io::stdout().flush().unwrap();
    }
}
