//! A person at an SQL prompt: changes rows beside the bot, takes the store away, puts everything back.

mod postgres;
mod sqlite;

use std::time::Instant;

use config_sdk::{Config, StoreState};

use crate::Failure;
use crate::page::{Page, Voice};

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
                    "this tour needs SQL: give sqlite:PATH or postgres://… as CONFIG_URL".into(),
                );
            }
        };
        Ok(Self {
            place,
            undo: Vec::new(),
        })
    }

    /// The SQL that sets `values` in the active row of `table`, or makes that row.
    pub(crate) async fn plan(
        &self,
        table: &str,
        values: &[(&str, String)],
    ) -> Result<Edit, Failure> {
        let columns: Vec<_> = values.iter().map(|(column, _)| *column).collect();
        let columns = columns.join(", ");
        let row = format!("select {columns} from {table} where status = 'active'");
        let set = |pairs: Vec<String>| {
            format!(
                "update {table} set {} where status = 'active';",
                pairs.join(", ")
            )
        };
        Ok(match self.run(&row).await? {
            Some(former) => Edit {
                sql: set(values
                    .iter()
                    .map(|(column, value)| format!("{column} = {value}"))
                    .collect()),
                undo: set(values
                    .iter()
                    .zip(former)
                    .map(|((column, _), value)| format!("{column} = {}", literal(value)))
                    .collect()),
            },
            None => {
                let values: Vec<_> = values.iter().map(|(_, value)| value.as_str()).collect();
                let values = values.join(", ");
                Edit {
                    sql: format!(
                        "insert into {table} (status, {columns}) values ('active', {values});"
                    ),
                    undo: format!("delete from {table} where status = 'active';"),
                }
            }
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
        let sql = self
            .undo
            .last()
            .cloned()
            .ok_or("there is nothing to take back")?;
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
            Place::Sqlite(file) => file.run(sql),
            Place::Postgres(session) => session.run(sql).await,
        }
    }
}

fn literal(value: Option<String>) -> String {
    value.map_or("null".to_owned(), |text| {
        format!("'{}'", text.replace('\'', "''"))
    })
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
