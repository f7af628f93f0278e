//! Edges and bins equal numpy's, to the last bit.

use binning::{BinCount, BinEdges};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    values: Option<String>,
    generated: Option<Generated>,
    n_bins: u32,
    edges: String,
    probes: String,
    bins: Vec<u16>,
}

#[derive(Deserialize)]
struct Generated {
    rows: u64,
    steps: Option<f64>,
}

/// `unit` of `make_golden.py`.
fn unit(index: u64) -> f64 {
    let mut z = (index + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 * 2f64.powi(-53)
}

impl Case {
    fn values(&self) -> Vec<f64> {
        if let Some(values) = &self.values {
            return floats(values);
        }
        let Generated { rows, steps } = self.generated.as_ref().unwrap();
        let cut = |value: f64| steps.map_or(value, |steps| (value * steps).floor() / steps);
        (0..*rows).map(|index| cut(unit(index))).collect()
    }
}

/// Numbers stand in one text: Rust reads it exactly, `serde_json` may be off by the last bit.
fn floats(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn edges_and_bins_are_those_of_numpy() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/quantiles.json")).unwrap();
    assert!(golden.cases.len() >= 20);
    for case in &golden.cases {
        let name = &case.name;
        let n_bins = BinCount::try_from(case.n_bins).unwrap();
        let edges = BinEdges::quantiles(&case.values(), n_bins).unwrap();
        assert_eq!(bits(edges.as_slice()), bits(&floats(&case.edges)), "{name}");

        let probes = floats(&case.probes);
        let mut bins = vec![0; probes.len()];
        edges.assign_into(&probes, &mut bins).unwrap();
        assert_eq!(bins, case.bins, "{name}");
        for (&probe, &bin) in probes.iter().zip(&case.bins) {
            assert_eq!(edges.assign(probe).unwrap(), bin, "{name}, {probe}");
        }
    }
}
