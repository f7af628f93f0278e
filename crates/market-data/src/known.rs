//! What has been found out about a file, for all who have it open under one path: while it is open,
//! nobody can write to it.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::Table;
use crate::covered::KnownCovered;
use crate::stored_model::StoredModels;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// All tables and views.
    pub(crate) tables: OnceLock<Vec<Table>>,
    /// Held by whoever reads their list.
    listing: Mutex<()>,
    /// Those that were asked for by name.
    named: Mutex<Vec<Table>>,
    /// Whose predictions there are.
    pub(crate) models: OnceLock<StoredModels>,
    covered: Mutex<KnownCovered>,
    /// Tables whose rows are not stored in order.
    unordered: Mutex<Vec<String>>,
}

impl Known {
    /// To be held while the list of all tables is read: who comes second finds it there.
    pub(crate) fn list(&self) -> MutexGuard<'_, ()> {
        held(&self.listing)
    }

    /// The table `name`, if it was asked for before.
    pub(crate) fn named(&self, name: &str) -> Option<Table> {
        held(&self.named).iter().find(|table| table.name().eq_ignore_ascii_case(name)).cloned()
    }

    pub(crate) fn add_named(&self, table: Table) {
        held(&self.named).push(table);
    }

    /// Whether rows of `table` are known not to be stored in order.
    pub(crate) fn is_unordered(&self, table: &str) -> bool {
        held(&self.unordered).iter().any(|known| known == table)
    }

    pub(crate) fn add_unordered(&self, table: &str) {
        held(&self.unordered).push(table.to_owned());
    }

    /// What rows cover in time.
    pub(crate) fn covered(&self) -> MutexGuard<'_, KnownCovered> {
        held(&self.covered)
    }
}

/// Whoever panicked while holding it left it complete: values are only added.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
