//! The last `period` values, and how they are stored.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::input::is_sound;
use crate::{IndicatorError, Pair, Period};

/// What a window may hold.
pub(crate) trait Value: Copy + Default + Serialize + DeserializeOwned {
    /// Whether an update could have let it in.
    fn is_sound(self) -> bool;
}

impl Value for f64 {
    fn is_sound(self) -> bool {
        is_sound(self)
    }
}

impl Value for Pair {
    fn is_sound(self) -> bool {
        is_sound(self.x) && is_sound(self.y)
    }
}

/// The last `period` values, in slots that are overwritten in turn.
///
/// The position of the turn matters, not only the values: it is where sums start anew.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ring<V> {
    period: Period,
    /// Always `period` of them.
    slots: Vec<V>,
    /// How many hold a value.
    held: usize,
    /// Where the next value goes.
    next: usize,
}

impl<V: Value> Ring<V> {
    pub(crate) fn new(period: Period) -> Self {
        Self { period, slots: vec![V::default(); period.get()], held: 0, next: 0 }
    }

    #[inline]
    pub(crate) fn period(&self) -> Period {
        self.period
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.held == self.period.get()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.held == 0
    }

    #[inline]
    pub(crate) fn next(&self) -> usize {
        self.next
    }

    /// All slots, those without a value included.
    #[inline]
    pub(crate) fn slots(&self) -> &[V] {
        &self.slots
    }

    /// Takes a value and gives the one that it replaces, which came `period` values earlier.
    #[inline]
    pub(crate) fn push(&mut self, value: V) -> Option<V> {
        let full = self.is_full();
        let slot = self.slots.get_mut(self.next)?;
        let replaced = std::mem::replace(slot, value);
        if !full {
            self.held += 1;
        }
        self.next += 1;
        if self.next == self.period.get() {
            self.next = 0;
        }
        full.then_some(replaced)
    }
}

/// What is stored: enough to make everything else from it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored<V> {
    period: Period,
    next: usize,
    /// The oldest value first.
    window: Vec<V>,
}

impl<V: Value> Serialize for Ring<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (period, next) = (self.period, self.next);
        let window = if self.is_full() {
            let (newer, older) = self.slots.split_at(next);
            [older, newer].concat()
        } else {
            self.slots[..self.held].to_vec()
        };
        Stored { period, next, window }.serialize(serializer)
    }
}

impl<'de, V: Value> Deserialize<'de> for Ring<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Stored::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}

impl<V: Value> TryFrom<Stored<V>> for Ring<V> {
    type Error = IndicatorError;

    fn try_from(stored: Stored<V>) -> Result<Self, IndicatorError> {
        let Stored { period, next, mut window } = stored;
        let (held, room) = (window.len(), period.get());
        if held > room {
            let wanted = format!("at most the period, {period}");
            return Err(IndicatorError::state("the window's length", &held, &wanted));
        }
        if next >= room || (held < room && next != held) {
            let wanted = if held < room { held.to_string() } else { format!("below {period}") };
            return Err(IndicatorError::state("the window's next slot", &next, &wanted));
        }
        if let Some(at) = window.iter().position(|value| !value.is_sound()) {
            let wanted = "a value that an update would take";
            return Err(IndicatorError::state(
                "a value of the window",
                &format!("bad at {at}"),
                wanted,
            ));
        }
        if held == room {
            window.rotate_right(next);
        } else {
            window.resize(room, V::default());
        }
        Ok(Self { period, slots: window, held, next })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_came_a_period_earlier() {
        let mut ring = Ring::new(Period::new(3).unwrap());
        let replaced: Vec<_> = (0..5_u8).map(|k| ring.push(f64::from(k))).collect();
        assert_eq!(replaced, [None, None, None, Some(0.0), Some(1.0)]);
        assert_eq!((ring.next(), ring.slots()), (2, &[3.0, 4.0, 2.0][..]));
    }

    #[test]
    fn stores_the_oldest_value_first() {
        let mut ring = Ring::new(Period::new(3).unwrap());
        for rows in 0..8_u8 {
            let text = serde_json::to_string(&ring).unwrap();
            assert_eq!(serde_json::from_str::<Ring<f64>>(&text).unwrap(), ring);
            if rows == 5 {
                assert_eq!(text, r#"{"period":3,"next":2,"window":[2.0,3.0,4.0]}"#);
            }
            ring.push(f64::from(rows));
        }
    }

    #[test]
    fn refuses_a_window_that_cannot_be() {
        let check = |text: &str, expect: &str| {
            let error = serde_json::from_str::<Ring<f64>>(text).unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        check(r#"{"period":2,"next":0,"window":[1.0,1.0,1.0]}"#, "the window's length is 3");
        check(r#"{"period":2,"next":2,"window":[1.0,1.0]}"#, "next slot is 2, wanted below 2");
        check(r#"{"period":3,"next":0,"window":[1.0]}"#, "next slot is 0, wanted 1");
        check(r#"{"period":2,"next":0,"window":[1.0,1e101]}"#, "is bad at 1");
        check(r#"{"period":0,"next":0,"window":[]}"#, "period 0");
        check(r#"{"period":2,"next":0,"window":[],"sum":0.0}"#, "unknown field");
    }
}
