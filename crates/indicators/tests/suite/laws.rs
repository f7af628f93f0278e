//! Laws that hold for every indicator.

use indicators::{Columns, Indicator, batch};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::catalogue::{ALL, Visitor, visit};
use crate::series::series;

fn bits<const N: usize>(output: Option<impl Columns<N>>) -> Option<[u64; N]> {
    output.map(|output| output.columns().map(f64::to_bits))
}

/// Cut in two, with a process that ends between them: the same outputs and the same end, bit for bit.
struct Restart {
    at: usize,
}

impl Visitor for Restart {
    type Output = ();

    fn visit<I, T, const N: usize>(self, indicator: I, inputs: T)
    where
        I: Indicator<Output: Columns<N>> + Clone + Serialize + DeserializeOwned,
        T: ExactSizeIterator<Item = I::Input> + Clone,
    {
        let mut whole = indicator.clone();
        let wanted = batch(&mut whole, inputs.clone()).unwrap();

        let mut first = indicator;
        let mut found = batch(&mut first, inputs.clone().take(self.at)).unwrap();
        let stored = rmp_serde::to_vec_named(&first).unwrap();
        let mut second: I = rmp_serde::from_slice(&stored).unwrap();
        assert_eq!(rmp_serde::to_vec_named(&second).unwrap(), stored);
        for input in inputs.skip(self.at) {
            found.push(second.update(input).unwrap());
        }

        let found: Vec<_> = found.into_iter().map(bits).collect();
        assert!(found == wanted.into_iter().map(bits).collect::<Vec<_>>(), "cut at {}", self.at);
        let ends = [&whole, &second].map(|end| rmp_serde::to_vec_named(end).unwrap());
        assert_eq!(ends[0], ends[1], "cut at {}", self.at);
    }
}

/// Nothing before the warm-up, something at its end unless the window leaves it undefined.
struct WarmUp;

impl Visitor for WarmUp {
    type Output = (usize, Option<usize>);

    fn visit<I, T, const N: usize>(self, mut indicator: I, inputs: T) -> Self::Output
    where
        I: Indicator,
        T: Iterator<Item = I::Input>,
    {
        let warm_up = indicator.warm_up();
        let outputs = batch(&mut indicator, inputs).unwrap();
        assert_eq!(indicator.warm_up(), warm_up, "it does not change with the rows");
        (warm_up, outputs.iter().position(Option::is_some))
    }
}

proptest! {
    #[test]
    fn a_restart_anywhere_changes_no_bit(rows in series(2..150), cut in 0..150_usize) {
        for (name, parameters) in ALL {
            let at = cut % rows.close.len();
            visit(name, parameters, &rows, Restart { at }).unwrap();
        }
    }

    #[test]
    fn short_periods_restart_as_well(rows in series(2..40), period in 2..6_usize) {
        for (name, parameters) in ALL.iter().filter(|(name, _)| *name != "macd") {
            let parameters = vec![period; parameters.len()];
            for at in 0..rows.close.len() {
                visit(name, &parameters, &rows, Restart { at }).unwrap();
            }
        }
    }

    #[test]
    fn the_first_output_comes_after_the_warm_up(rows in series(60..80)) {
        // Rows that move, so that nothing stays undefined for want of movement.
        let mut rows = rows;
        for (row, close) in rows.close.iter_mut().enumerate() {
            *close += 0.001 * (row % 3) as f64;
        }
        for (name, parameters) in ALL {
            let (warm_up, first) = visit(name, parameters, &rows, WarmUp).unwrap();
            prop_assert_eq!(first, Some(warm_up), "{}", name);
        }
    }
}
