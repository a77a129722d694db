//! A person at an SQL prompt: changes rows beside the bot, takes the store away, puts everything back.

mod postgres;
mod sqlite;

use std::time::Instant;

use config_examples::page::{Page, Voice};
use config_sdk::{Config, StoreState};

use crate::Failure;

pub(crate) use postgres::named;

/// A connection that knows nothing of the bot's.
pub(crate) struct Prompt {
    place: Place,
    /// What puts the rows back, newest last.
    undo: Vec<String>,
}

enum Place {
    Sqlite(sqlite::File),
    Postgres(postgres::Session),
}

/// A change of one row that has not been made yet.
pub(crate) struct Edit {
    pub(crate) sql: String,
    undo: String,
}

/// What a statement answers: the first row's columns, if it has rows.
type Answer = Option<Vec<Option<String>>>;

impl Prompt {
    /// Opens the store that `config` reads, by the same URL.
    pub(crate) async fn open(url: &str, config: &Config) -> Result<Self, Failure> {
        if let StoreState::Unreachable { error, .. } = config.status().store {
            return Err(format!("the store cannot be read: {error}").into());
        }
        let place = match url.split_once(':') {
            Some(("sqlite", path)) => Place::Sqlite(sqlite::File::new(path)),
            Some(("postgres" | "postgresql", _)) => {
                Place::Postgres(postgres::Session::open(url).await?)
            }
            _ => {
                return Err(
                    "this tour needs SQL: give sqlite:PATH or postgres://… as CONFIG_URL".into()
                );
            }
        };
        Ok(Self { place, undo: Vec::new() })
    }

    /// The SQL that sets `values` in the active row of `table`, or makes that row.
    pub(crate) async fn plan(
        &self,
        table: &str,
        values: &[(&str, String)],
    ) -> Result<Edit, Failure> {
        let columns = joined(values.iter().map(|(column, _)| (*column).to_owned()));
        let look = format!("select {columns}, reason from {table} where status = 'active';");
        let Some(former) = self.run(&look).await? else {
            let values = joined(values.iter().map(|(_, value)| value.clone()));
            return Ok(Edit {
                sql: format!(
                    "insert into {table} (status, {columns}) values ('active', {values});"
                ),
                undo: format!("delete from {table} where status = 'active';"),
            });
        };
        let set = |pairs: String| format!("update {table} set {pairs} where status = 'active';");
        let now = values.iter().map(|(column, value)| format!("{column} = {value}"));
        let reason = former.last().is_some_and(Option::is_some).then_some("reason");
        let columns = values.iter().map(|(column, _)| *column).chain(reason);
        let former = columns.zip(&former);
        Ok(Edit {
            sql: set(joined(now)),
            undo: set(joined(
                former.map(|(column, value)| format!("{column} = {}", literal(value.as_deref()))),
            )),
        })
    }

    /// Makes the change, and says when it was committed.
    ///
    /// # Errors
    /// What the store answers if it refuses.
    pub(crate) async fn make(&mut self, edit: Edit) -> Result<Instant, Failure> {
        self.undo.push(edit.undo); // first, in case this is dropped half way
        match self.run(&edit.sql).await {
            Ok(_) => Ok(Instant::now()),
            Err(refusal) => {
                self.undo.pop();
                Err(refusal)
            }
        }
    }

    /// Takes the last change back, and returns the SQL that did.
    pub(crate) async fn take_back(&mut self) -> Result<String, Failure> {
        let sql = self.undo.last().cloned().ok_or("there is nothing to take back")?;
        self.run(&sql).await?;
        self.undo.pop();
        Ok(sql)
    }

    /// Makes the store go away for the bot; what this person does still works.
    pub(crate) async fn take_store_away(&mut self, page: &Page) -> Result<(), Failure> {
        match &mut self.place {
            Place::Sqlite(file) => page.line(Voice::Shell, file.move_away()?),
            Place::Postgres(session) => page.line(Voice::Sql, session.lock_out().await?),
        }
        Ok(())
    }

    /// Makes the store come back, with whatever was written meanwhile, and says when it did.
    pub(crate) async fn bring_store_back(&mut self, page: &Page) -> Result<Instant, Failure> {
        match &mut self.place {
            Place::Sqlite(file) => page.line(Voice::Shell, file.move_back()?),
            Place::Postgres(session) => page.line(Voice::Sql, session.let_in().await?),
        }
        Ok(Instant::now())
    }

    /// Leaves everything as it was found, however far the tour came.
    pub(crate) async fn put_back(&mut self, page: &Page) -> Result<(), Failure> {
        match &mut self.place {
            Place::Sqlite(file) if file.is_away() => page.line(Voice::Shell, file.move_back()?),
            Place::Postgres(session) if session.is_locking() => {
                page.line(Voice::Sql, session.give_up().await?);
            }
            _ => {}
        }
        while !self.undo.is_empty() {
            let sql = self.take_back().await?;
            page.line(Voice::Sql, sql);
        }
        Ok(())
    }

    async fn run(&self, sql: &str) -> Result<Answer, Failure> {
        match &self.place {
            Place::Sqlite(file) => file.run(sql).await,
            Place::Postgres(session) => session.run(sql).await,
        }
    }
}

/// What to type at a shell to run `sql` in the store at `url`; never with a password.
pub(crate) fn command_line(url: &str, sql: &str) -> Option<String> {
    match url.split_once(':')? {
        ("sqlite", path) => Some(format!("sqlite3 '{}' \"{sql}\"", sqlite::path(path))),
        ("postgres" | "postgresql", _) => {
            Some(format!("psql \"{}\" -c \"{sql}\"", postgres::place(url)?))
        }
        _ => None,
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn literal(value: Option<&str>) -> String {
    value.map_or("null".to_owned(), |text| format!("'{}'", text.replace('\'', "''")))
}
