//! The SQL of a store, as a team takes it into its own migration tool.

use super::ddl::{Blueprint, Piece};
#[cfg(feature = "postgres")]
use super::postgres;
#[cfg(feature = "sqlite")]
use super::sqlite;
use crate::schema::BlockSchema;

/// Which database the SQL is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// PostgreSQL 13 or newer.
    #[cfg(feature = "postgres")]
    Postgres,
    /// SQLite 3.38 or newer.
    #[cfg(feature = "sqlite")]
    Sqlite,
}

/// The SQL that makes a store for `blocks`: bookkeeping, tables, rules, triggers and comments;
/// on Postgres also roles for those who read, operate and own it.
///
/// Running it twice changes nothing. It does not add columns to a table that is there already;
/// `migrate` does, and tells the SQL of each step. On Postgres it is one transaction, which waits for
/// others that run the same.
#[must_use]
pub(crate) fn schema(dialect: Dialect, blocks: &[&BlockSchema]) -> String {
    let (bookkeeping, blueprint): (&str, fn(&BlockSchema) -> Blueprint<'_>) = match dialect {
        #[cfg(feature = "postgres")]
        Dialect::Postgres => (postgres::BOOKKEEPING, postgres::blueprint),
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => (sqlite::BOOKKEEPING, sqlite::blueprint),
    };
    let mut sql = bookkeeping.to_owned();
    for block in blocks {
        sql.push_str(&format!("\n-- Block {}\n", block.name));
        if block.adopt {
            sql.push_str(&format!("-- adopts table {} as it is.\n", block.table));
            continue;
        }
        for part in blueprint(block).parts {
            if part.piece != Piece::Column {
                sql.push_str(&part.sql);
                sql.push('\n');
            }
        }
    }
    #[cfg(feature = "postgres")]
    if dialect == Dialect::Postgres {
        // What is there already is no news; which roles are not is.
        let quietly = "set local client_min_messages = warning;";
        let aloud = "set local client_min_messages to default;";
        let roles = postgres::roles(blocks);
        sql = postgres::in_turn(&format!("{quietly}\n{sql}\n{aloud}\n{roles}"));
    }
    sql
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::*;
    use crate::source::ddl::sample;

    #[test]
    fn a_database_takes_its_schema_twice() {
        let blocks = [&sample::trading(), &sample::limits(), &sample::guild(), &sample::pair()];
        let sql = schema(Dialect::Sqlite, &blocks);
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(&sql).unwrap();
        connection.execute_batch(&sql).unwrap();
    }
}
