//! Which tables a file has, with which columns.

use arrow::array::Array;

use crate::columns::texts;
use crate::sql::quoted;
use crate::{Column, Database, MarketDataError, Parameter, Table, TableError, open_files};

/// Up to this many tables are asked for their columns one by one.
const MANY_TABLES: usize = 16;

/// The tables, and NULL for each view.
const NAMES: &str = "SELECT database_name, schema_name, table_name FROM duckdb_tables()
     WHERE database_name = current_database() AND schema_name = current_schema() AND NOT internal
     UNION ALL SELECT database_name, schema_name, NULL FROM duckdb_views()
     WHERE database_name = current_database() AND schema_name = current_schema() AND NOT internal";

/// The columns of all tables and views. DuckDB binds every view for it, also those that are its own.
const ALL_COLUMNS: &str = "SELECT table_name, column_name, data_type FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = current_schema() AND NOT internal
     ORDER BY table_name, column_index";

/// The tables and views that are not in the schema that is read.
const ELSEWHERE: &str = "SELECT name FROM (
         SELECT schema_name || '.' || table_name AS name FROM duckdb_tables()
         WHERE database_name = current_database() AND schema_name <> current_schema() AND NOT internal
         UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views()
         WHERE database_name = current_database() AND schema_name <> current_schema() AND NOT internal)
     ORDER BY name";

/// The columns of one table.
const COLUMNS: &str = "SELECT name, type FROM pragma_table_info(?) ORDER BY cid";

/// The schema in which the tables of a file are.
const SCHEMA: &str = "main";

/// The query that gives for some tables what [`ALL_COLUMNS`] gives for all.
fn columns_of(tables: &[(String, String)]) -> (String, Vec<Parameter>) {
    let query = "SELECT ? AS table_name, cid, name, type FROM pragma_table_info(?)";
    let queries = vec![query; tables.len()].join(" UNION ALL ");
    let sql = format!("SELECT table_name, name, type FROM ({queries}) ORDER BY table_name, cid");
    let names = tables.iter().flat_map(|(name, qualified)| [name, qualified]);
    (sql, names.map(|name| name.as_str().into()).collect())
}

impl Database {
    /// The tables and views of the file, sorted by name.
    ///
    /// # Errors
    /// [`Query`](crate::FileError::Query) when DuckDB cannot read its catalogue.
    pub fn tables(&self) -> Result<&[Table], MarketDataError> {
        if let Some(tables) = self.known().tables.get() {
            return Ok(tables);
        }
        let _list = self.known().list();
        if let Some(tables) = self.known().tables.get() {
            return Ok(tables);
        }
        let tables = self.read_tables()?;
        Ok(self.known().tables.get_or_init(|| tables))
    }

    fn read_tables(&self) -> Result<Vec<Table>, MarketDataError> {
        let _still = open_files::hold_still();
        let (sql, parameters) = match self.table_names()? {
            Some(names) if names.is_empty() => return Ok(Vec::new()),
            Some(names) => columns_of(&names),
            None => (ALL_COLUMNS.to_owned(), Vec::new()),
        };
        let mut tables: Vec<Table> = Vec::new();
        for batch in self.stream(&sql, &parameters)? {
            let batch = batch?;
            let [names, columns, types] = [
                texts(self.path(), &batch, 0)?,
                texts(self.path(), &batch, 1)?,
                texts(self.path(), &batch, 2)?,
            ];
            for row in 0..names.len() {
                let column = Column {
                    name: columns.value(row).to_owned(),
                    data_type: types.value(row).to_owned(),
                };
                match tables.last_mut() {
                    Some(table) if table.name == names.value(row) => table.columns.push(column),
                    _ => tables.push(Table {
                        path: self.path().to_owned(),
                        name: names.value(row).to_owned(),
                        columns: vec![column],
                    }),
                }
            }
        }
        Ok(tables)
    }

    /// The names of the tables and, qualified and quoted, how a query calls them; `None` when there
    /// are views among them, or many.
    fn table_names(&self) -> Result<Option<Vec<(String, String)>>, MarketDataError> {
        let mut found = Vec::new();
        for batch in self.stream(NAMES, &[])? {
            let batch = batch?;
            let [databases, schemas, names] = [
                texts(self.path(), &batch, 0)?,
                texts(self.path(), &batch, 1)?,
                texts(self.path(), &batch, 2)?,
            ];
            for row in 0..names.len() {
                if !names.is_valid(row) {
                    return Ok(None);
                }
                let parts = [databases, schemas, names].map(|part| quoted(part.value(row)));
                found.push((names.value(row).to_owned(), parts.join(".")));
            }
        }
        Ok((found.len() <= MANY_TABLES).then_some(found))
    }

    /// The table `name`; unless all tables were read before, it is called as it was asked for.
    ///
    /// # Errors
    /// [`MissingTable`](crate::TableError::MissingTable), listing those there are.
    pub fn table(&self, name: &str) -> Result<Table, MarketDataError> {
        match self.find_table(name)? {
            Some(table) => Ok(table),
            None => Err(MarketDataError::Table(TableError::MissingTable {
                path: self.path().to_owned(),
                table: name.to_owned(),
                found: self.tables()?.iter().map(|table| table.name.clone()).collect(),
                elsewhere: self.elsewhere()?,
            })),
        }
    }

    /// The tables and views of other schemas than `main`, as `schema.table`, sorted. They are not read.
    ///
    /// # Errors
    /// [`Query`](crate::FileError::Query) when DuckDB cannot read its catalogue.
    pub fn elsewhere(&self) -> Result<Vec<String>, MarketDataError> {
        let _still = open_files::hold_still();
        self.texts(ELSEWHERE, &[])
    }

    /// The table `name`, or `None` where a file may do without it.
    ///
    /// # Errors
    /// When the list of tables cannot be read.
    pub(crate) fn find_table(&self, name: &str) -> Result<Option<Table>, MarketDataError> {
        let known = self.known();
        if known.tables.get().is_none() {
            if let Some(table) = known.named(name) {
                return Ok(Some(table));
            }
            // What cannot be read may be missing, or a view that is broken: the list tells.
            if let Ok(Some(table)) = self.read_table(name) {
                known.add_named(table.clone());
                return Ok(Some(table));
            }
        }
        let tables = self.tables()?;
        Ok(tables.iter().find(|table| table.name.eq_ignore_ascii_case(name)).cloned())
    }

    /// The table `name` alone. Reading the list of all tables takes several times as long: DuckDB
    /// parses all views that it brings along when its catalogue is looked through.
    fn read_table(&self, name: &str) -> Result<Option<Table>, MarketDataError> {
        let _still = open_files::hold_still();
        let qualified = [self.name(), SCHEMA, name].map(quoted).join(".");
        let mut columns = Vec::new();
        for batch in self.stream(COLUMNS, &[qualified.as_str().into()])? {
            let batch = batch?;
            let [names, types] = [texts(self.path(), &batch, 0)?, texts(self.path(), &batch, 1)?];
            columns.extend(names.iter().zip(types).filter_map(|(name, data_type)| {
                Some(Column { name: name?.to_owned(), data_type: data_type?.to_owned() })
            }));
        }
        let table = Table { path: self.path().to_owned(), name: name.to_owned(), columns };
        Ok((!table.columns.is_empty()).then_some(table))
    }
}
