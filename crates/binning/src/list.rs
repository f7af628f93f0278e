//! Reading lists whose announced length is not believed.
//!
//! A damaged length can announce 2^32 elements in five bytes, and serde reserves memory for up to a
//! mebibyte of them at once. These lists grow with the elements that really come.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use crate::BinCount;

/// No list of anything but floats is longer: bins, and sources of predictions, of which there are two.
pub(crate) const LONGEST: usize = BinCount::MAX.get() as usize;

/// For `#[serde(deserialize_with)]`: a list of up to [`LONGEST`] elements.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(ListVisitor { longest: LONGEST, of: PhantomData })
}

struct ListVisitor<T> {
    longest: usize,
    of: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {} elements", self.longest)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            if list.len() == self.longest {
                return Err(A::Error::invalid_length(self.longest + 1, &self));
            }
            list.push(element);
        }
        Ok(list)
    }
}

/// Numbers, each of which must be written as a 64-bit float: whole numbers in one byte each would
/// take eight times their place in the file.
#[derive(Debug)]
pub(crate) struct Floats(pub(crate) Vec<f64>);

impl<'de> Deserialize<'de> for Floats {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let any_number = ListVisitor { longest: usize::MAX, of: PhantomData };
        let floats: Vec<Float> = deserializer.deserialize_seq(any_number)?;
        Ok(Self(floats.into_iter().map(|Float(float)| float).collect()))
    }
}

/// For `#[serde(deserialize_with)]`.
pub(crate) fn floats<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    Floats::deserialize(deserializer).map(|Floats(floats)| floats)
}

struct Float(f64);

impl<'de> Deserialize<'de> for Float {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_f64(FloatVisitor)
    }
}

struct FloatVisitor;

impl Visitor<'_> for FloatVisitor {
    type Value = Float;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a floating point number")
    }

    fn visit_f64<E: Error>(self, float: f64) -> Result<Float, E> {
        Ok(Float(float))
    }
}
