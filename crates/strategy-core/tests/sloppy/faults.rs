//! The faults, and what looks like one and is none.

use arrow::array::{Float64Array, Int64Array};
use strategy_core::{Column, Input, SignalColumn};

use super::Fault;

macro_rules! fault {
    ($(#[$doc:meta])* $name:ident { $($body:tt)* }) => {
        $(#[$doc])*
        pub(crate) struct $name;
        impl Fault for $name { $($body)* }
    };
}

fn floats(name: &'static str, values: &[f64]) -> SignalColumn {
    SignalColumn::new(name, Float64Array::from(values.to_vec()))
}

fault!(
    /// There is none.
    None {}
);
fault!(EchoesTheScore {
    fn columns(scores: &[f64]) -> Vec<SignalColumn> {
        vec![floats("y_pred", scores)]
    }
});
fault!(
    /// Which is none: a column may have nulls in one batch and none in the next.
    NullsInSomeBatches {
        fn columns(scores: &[f64]) -> Vec<SignalColumn> {
            let high = scores.iter().map(|score| Some(*score).filter(|score| *score > 0.5));
            vec![SignalColumn::new("high_score", high.collect::<Float64Array>())]
        }
    }
);
fault!(
    /// Which is none: reads a second instrument when a flag says so.
    SecondInstrument {
        fn inputs(level: u8) -> Vec<Input> {
            let other = Input::of_dataset(Column::Close, "other");
            [Input::of(Column::Close), other].into_iter().take(level.into()).collect()
        }
    }
);

fault!(CapitalName {
    const NAME: &'static str = "Bins";
});
fault!(DoubleDash {
    const NAME: &'static str = "mean--reversion";
});
fault!(FullStop {
    const ABOUT: &'static str = "Never trades.";
});
fault!(TwoLines {
    const ABOUT: &'static str = "Never\ntrades";
});
fault!(NoDefault {
    const LEVEL_HAS_A_DEFAULT: bool = false;
});

fault!(TwiceTheSame {
    fn inputs(_: u8) -> Vec<Input> {
        vec![Input::of(Column::Close), Input::of(Column::Close)]
    }
});
fault!(NoDataset {
    fn inputs(_: u8) -> Vec<Input> {
        vec![Input::of_dataset(Column::Close, "")]
    }
});
fault!(Undeclared {
    fn reads(_: u8) -> Vec<Input> {
        vec![Input::of(Column::Prediction), Input::of(Column::Close)]
    }
});

fault!(SecondSignal {
    fn columns(scores: &[f64]) -> Vec<SignalColumn> {
        vec![floats("signal", scores)]
    }
});
fault!(Blank {
    fn columns(scores: &[f64]) -> Vec<SignalColumn> {
        vec![floats("my score", scores)]
    }
});
fault!(Twins {
    fn columns(scores: &[f64]) -> Vec<SignalColumn> {
        vec![floats("score", scores), floats("score", scores)]
    }
});
fault!(FalseScore {
    fn columns(scores: &[f64]) -> Vec<SignalColumn> {
        vec![floats("y_pred", &scores.iter().map(|score| 1.0 - score).collect::<Vec<_>>())]
    }
});
fault!(ForeignClose {
    fn columns(scores: &[f64]) -> Vec<SignalColumn> {
        vec![floats("close", scores)]
    }
});
fault!(TypeByRows {
    fn columns(scores: &[f64]) -> Vec<SignalColumn> {
        if scores.is_empty() {
            return vec![SignalColumn::new("score", Int64Array::from_iter_values([]))];
        }
        vec![floats("score", scores)]
    }
});
fault!(RefusesNothing {
    fn refuses(rows: usize) -> bool {
        rows == 0
    }
});
