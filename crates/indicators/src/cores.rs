//! What the windows of eight rows in a row have in common, when they are long.
//!
//! ```text
//!   ├ oldest ┤                  ┊ the first row of the eight
//!       ├ group ┤├ group ┤├ group ┤
//! ```
//!
//! Groups of eight rows end with the first row of each eight, so each eight adds one and loses one:
//! [`Window`](crate::window::Window)'s scheme, with a step for eight rows instead of one. As many are
//! taken as lie in all eight windows. They leave up to seven rows free at the beginning, which lie in
//! the first eight rows of the last of these windows.

use std::marker::PhantomData;

use crate::Period;
use crate::extremes::Extreme;
use crate::runs::RUN;

/// How many rows have a core in common, and how many a group has.
const GROUP: usize = 2 * RUN;

/// The last groups and their extreme.
pub(crate) struct Groups<E> {
    block: Vec<Group>,
    /// How many groups have come in this block, and their extreme.
    held: usize,
    newest: f64,
    extreme: PhantomData<E>,
}

#[derive(Clone, Copy)]
struct Group {
    extreme: f64,
    /// That of the groups from here to the end of the block before.
    earlier: f64,
}

impl<E: Extreme> Groups<E> {
    /// Those before the first row of a chunk. `values` begin with that row's window.
    #[cold]
    pub(crate) fn before(values: &[f64], period: Period) -> Self {
        let count = (period.get() - (GROUP - 1)) / GROUP;
        let none = Group { extreme: E::NONE, earlier: E::NONE };
        let mut groups =
            Self { block: vec![none; count], held: 0, newest: E::NONE, extreme: PhantomData };
        for back in (1..count).rev() {
            let group = &values[period.get() - GROUP * (back + 1)..][..GROUP];
            groups.push(group.iter().fold(E::NONE, |extreme, &value| E::of(extreme, value)));
        }
        groups
    }

    /// The cores of a chunk. Of each row's window, `early` runs begin with its first row, and `late` ones
    /// with the first of its last eight.
    #[inline(always)]
    pub(crate) fn put_cores(&mut self, [early, late]: [&[f64]; 2], cores: &mut [f64]) {
        let two_runs = |runs: &[f64], row: usize| E::of(runs[row], runs[row + RUN]);
        // Copies, since what lies in memory would be waited for.
        let (mut held, mut newest) = (self.held, self.newest);
        for (group, core) in cores.as_chunks_mut::<GROUP>().0.iter_mut().enumerate() {
            let (first, last) = (group * GROUP, group * GROUP + GROUP - 1);
            let all = take::<E>(&mut self.block, &mut held, &mut newest, two_runs(late, first));
            *core = [E::of(two_runs(early, last), all); GROUP];
        }
        (self.held, self.newest) = (held, newest);
    }

    fn push(&mut self, extreme: f64) {
        take::<E>(&mut self.block, &mut self.held, &mut self.newest, extreme);
    }
}

/// Takes a group; the extreme of the last ones.
#[inline(always)]
fn take<E: Extreme>(block: &mut [Group], held: &mut usize, newest: &mut f64, extreme: f64) -> f64 {
    *newest = E::of(*newest, extreme);
    if let Some(group) = block.get_mut(*held) {
        group.extreme = extreme;
    }
    *held += 1;
    if let Some(group) = block.get(*held) {
        return E::of(group.earlier, *newest);
    }
    turn::<E>(block);
    *held = 0;
    std::mem::replace(newest, E::NONE)
}

/// The next group begins a block.
#[inline(never)]
fn turn<E: Extreme>(block: &mut [Group]) {
    let mut earlier = E::NONE;
    for group in block.iter_mut().rev() {
        earlier = E::of(group.extreme, earlier);
        group.earlier = earlier;
    }
}
