//! Strategies by name.
//!
//! Each strategy crate submits an [`Entry`] with [`register_strategy!`](crate::register_strategy);
//! a program that links the crate finds it here. Link order is no order: listings are sorted.

use clap::{ArgMatches, Command, FromArgMatches, Subcommand};
use thiserror::Error;

use crate::erased::boxed;
use crate::strategy::default_config;
pub use crate::usage_error::{UsageError, usage};
use crate::{
    BoxError, Console, ErasedStrategy, Input, Leg, Lookback, Opened, Parameters, Scope, Strategy,
    Subject,
};

type OpenFn = fn(&ArgMatches, &Subject) -> Result<Box<dyn ErasedStrategy>, BoxError>;

/// What the registry knows of a strategy: its name and the ways into it, without its types.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    name: &'static str,
    about: &'static str,
    package: &'static str,
    default_inputs: fn() -> Result<Vec<Input>, BoxError>,
    inputs: fn(&ArgMatches) -> Result<Vec<Input>, BoxError>,
    with_flags: fn(Command) -> Command,
    begins: fn(&ArgMatches, &Subject) -> Result<Option<i64>, BoxError>,
    lookback: fn(&ArgMatches) -> Result<Lookback, BoxError>,
    legs: fn(&ArgMatches) -> Result<Vec<Leg>, BoxError>,
    open: OpenFn,
    with_commands: fn(Command) -> Command,
    scope: fn(&str) -> Scope,
    run: fn(&[&ArgMatches], &mut Console<'_>) -> Result<(), BoxError>,
}

impl Entry {
    /// The entry of `S`, submitted by the package `package`.
    pub const fn of<S: Strategy>(package: &'static str) -> Self {
        Self {
            name: S::NAME,
            about: S::ABOUT,
            package,
            default_inputs: || Ok(S::inputs(&default_config()?)),
            inputs: |matches| Ok(S::inputs(&S::Config::from_arg_matches(matches)?)),
            with_flags: <S::Config as clap::Args>::augment_args,
            begins: |matches, subject| {
                let config = S::Config::from_arg_matches(matches)?;
                S::begins(&config, subject).map_err(boxed::<S>)
            },
            lookback: |matches| Ok(S::lookback(&S::Config::from_arg_matches(matches)?)),
            legs: |matches| Ok(S::legs(&S::Config::from_arg_matches(matches)?)),
            open: |matches, subject| {
                let config = S::Config::from_arg_matches(matches)?;
                Ok(Box::new(Opened::<S>::of(config, subject).map_err(boxed::<S>)?))
            },
            with_commands: <S::Command as Subcommand>::augment_subcommands,
            scope: S::scope,
            run: |matches, console| {
                let command = |&matches| <S::Command as FromArgMatches>::from_arg_matches(matches);
                let commands = matches.iter().map(command).collect::<Result<_, _>>()?;
                S::run(commands, console).map_err(boxed::<S>)
            },
        }
    }

    /// The name on the command line.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the strategy does, in one line.
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// The package that registered it.
    pub fn package(&self) -> &'static str {
        self.package
    }

    /// The columns that it reads with every parameter at its default.
    ///
    /// # Errors
    /// When a parameter has no default.
    pub fn default_inputs(&self) -> Result<Vec<Input>, BoxError> {
        (self.default_inputs)()
    }

    /// The columns that it reads when configured from the matches of a command made by
    /// [`with_flags`](Self::with_flags).
    ///
    /// # Errors
    /// When the matches are of another command.
    pub fn inputs(&self, matches: &ArgMatches) -> Result<Vec<Input>, BoxError> {
        (self.inputs)(matches)
    }

    /// `command` with the strategy's parameters as flags.
    pub fn with_flags(&self, command: Command) -> Command {
        (self.with_flags)(command)
    }

    /// The first instant (µs UTC) that the strategy can decide on, if it knows; see
    /// [`Strategy::begins`].
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn begins(&self, matches: &ArgMatches, subject: &Subject) -> Result<Option<i64>, BoxError> {
        (self.begins)(matches, subject)
    }

    /// The strategy opened for `subject`, configured from the matches of a command made by [`with_flags`](Self::with_flags).
    ///
    /// # Errors
    /// When the configuration is not a usable one; a [`UsageError`] if the strategy says so.
    pub fn open(
        &self,
        matches: &ArgMatches,
        subject: &Subject,
    ) -> Result<Box<dyn ErasedStrategy>, BoxError> {
        (self.open)(matches, subject)
    }

    /// `command` with the strategy's own commands below it.
    pub fn with_commands(&self, command: Command) -> Command {
        (self.with_commands)(command)
    }

    /// How much history the first decision needs, configured as for [`inputs`](Self::inputs).
    ///
    /// # Errors
    /// When the matches are of another command.
    pub fn lookback(&self, matches: &ArgMatches) -> Result<Lookback, BoxError> {
        (self.lookback)(matches)
    }

    /// The instruments that are traded, configured as for [`inputs`](Self::inputs); none where it is
    /// the strategy's own alone, by the side of its decisions.
    ///
    /// # Errors
    /// When the matches are of another command.
    pub fn legs(&self, matches: &ArgMatches) -> Result<Vec<Leg>, BoxError> {
        (self.legs)(matches)
    }

    /// Which configured runs the strategy's own command `name` is for.
    pub fn scope(&self, name: &str) -> Scope {
        (self.scope)(name)
    }

    /// Runs the strategy's own command that each of `matches` names, one for each run that it is for.
    ///
    /// # Errors
    /// Whatever made the command fail; a [`UsageError`] if that was how it was called.
    pub fn run(&self, matches: &[&ArgMatches], console: &mut Console<'_>) -> Result<(), BoxError> {
        (self.run)(matches, console)
    }

    /// The strategy's parameters as data: names, types, defaults, a JSON schema.
    pub fn parameters(&self) -> Parameters {
        Parameters::of(&self.with_flags(Command::new(self.name)))
    }
}

inventory::collect!(Entry);

/// Registers a [`Strategy`](crate::Strategy) under its name, for every program that links the crate.
///
/// A linker drops crates that nothing mentions: programs name each with `use my_strategy as _;`.
#[macro_export]
macro_rules! register_strategy {
    ($strategy:ty) => {
        $crate::inventory::submit! {
            $crate::registry::Entry::of::<$strategy>(env!("CARGO_PKG_NAME"))
        }
    };
}

/// The strategies linked into this program, sorted by name.
#[derive(Debug, Clone)]
pub struct Strategies(Vec<Entry>);

/// All strategies linked into this program.
///
/// # Errors
/// When two of them have the same name.
pub fn registered() -> Result<Strategies, RegistryError> {
    Strategies::from_entries(inventory::iter::<Entry>.into_iter().copied())
}

impl Strategies {
    /// A registry of given entries; programs use [`registered`].
    ///
    /// # Errors
    /// When two of them have the same name.
    pub fn from_entries(entries: impl IntoIterator<Item = Entry>) -> Result<Self, RegistryError> {
        let mut entries: Vec<Entry> = entries.into_iter().collect();
        entries.sort_by_key(|entry| (entry.name, entry.package));
        match entries.windows(2).find(|pair| pair[0].name == pair[1].name) {
            Some(pair) => Err(RegistryError::Duplicate {
                name: pair[0].name,
                first: pair[0].package,
                second: pair[1].package,
            }),
            None => Ok(Self(entries)),
        }
    }

    /// The entries, sorted by name.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.0.iter()
    }

    /// The strategy called `name`.
    ///
    /// # Errors
    /// When there is none; the error lists the names there are and the nearest.
    pub fn find(&self, name: &str) -> Result<&Entry, RegistryError> {
        self.iter().find(|entry| entry.name == name).ok_or_else(|| RegistryError::Unknown {
            name: name.to_owned(),
            known: self.iter().map(|entry| entry.name).collect(),
        })
    }
}

impl<'a> IntoIterator for &'a Strategies {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A strategy could not be found, or not told from another.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum RegistryError {
    /// Two strategies have one name.
    #[error(
        "two strategies are called `{name}`, one in the package {first}, one in {second}: rename one of them"
    )]
    Duplicate { name: &'static str, first: &'static str, second: &'static str },
    /// No strategy has the name.
    #[error("there is no strategy `{name}`{}; there are: {}", suggestion(name, known), known.join(", "))]
    Unknown { name: String, known: Vec<&'static str> },
}

/// Below this Jaro-Winkler similarity a name is not worth suggesting.
const LIKENESS: f64 = 0.7;

fn suggestion(name: &str, known: &[&str]) -> String {
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or_else(String::new, |(_, nearest)| format!(" (did you mean `{nearest}`?)"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use crate::{Column, NoCommands, Rows, RowsError, Side};

    #[derive(clap::Args)]
    struct Nothing {}

    macro_rules! strategy {
        ($type:ident, $name:literal) => {
            struct $type;
            impl Strategy for $type {
                const NAME: &'static str = $name;
                const ABOUT: &'static str = "Never trades";
                type Config = Nothing;
                type Signal = Side;
                type Command = NoCommands;
                type Error = RowsError;
                fn inputs(_: &Nothing) -> Vec<Input> {
                    vec![Input::of(Column::Close)]
                }
                fn new(_: Nothing, _: &Subject) -> Result<Self, RowsError> {
                    Ok(Self)
                }
                fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Side>, RowsError> {
                    Ok(vec![Side::NoSignal; rows.len()])
                }
            }
        };
    }
    strategy!(Reversion, "mean-reversion");
    strategy!(Bins, "ml-calibrated-bins");

    fn entries() -> [Entry; 2] {
        [Entry::of::<Bins>("bins"), Entry::of::<Reversion>("reversion")]
    }

    #[test]
    fn listing_is_sorted_whatever_the_link_order() {
        let strategies = Strategies::from_entries(entries()).unwrap();
        let names: Vec<_> = strategies.iter().map(Entry::name).collect();
        assert_eq!(names, ["mean-reversion", "ml-calibrated-bins"]);
        assert_eq!(strategies.find("mean-reversion").unwrap().package(), "reversion");
    }

    #[test]
    fn unknown_names_get_the_nearest_and_the_list() {
        let strategies = Strategies::from_entries(entries()).unwrap();
        let error = strategies.find("ml-calibrated-bin").unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no strategy `ml-calibrated-bin` (did you mean `ml-calibrated-bins`?); \
             there are: mean-reversion, ml-calibrated-bins"
        );
        let error = strategies.find("xyz").unwrap_err().to_string();
        assert!(!error.contains("did you mean"), "{error}");
    }

    #[test]
    fn one_name_twice_is_an_error_that_names_both_packages() {
        let twice = [Entry::of::<Bins>("a"), Entry::of::<Bins>("b")];
        let error = Strategies::from_entries(twice).unwrap_err();
        let wanted =
            RegistryError::Duplicate { name: "ml-calibrated-bins", first: "a", second: "b" };
        assert_eq!(error, wanted);
    }

    #[test]
    fn inputs_and_flags_come_from_the_type() {
        let entry = Entry::of::<Bins>("bins");
        assert_eq!(entry.default_inputs().unwrap(), [Input::of(Column::Close)]);
        let matches = entry.with_flags(Command::new("x")).get_matches_from(["x"]);
        assert!(entry.open(&matches, &Subject::default()).is_ok());
    }
}
