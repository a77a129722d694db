//! A person with the `psql` program: one session that stays open.

use config_examples::prompt::Prompt;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::Answer;
use crate::Failure;

/// An open session, as whoever the URL names.
pub(super) struct Session {
    prompt: Prompt,
    locking: bool,
}

impl Session {
    pub(super) async fn open(url: &str) -> Result<Self, Failure> {
        Ok(Self { prompt: Prompt::server(url).await?, locking: false })
    }

    pub(super) async fn run(&self, sql: &str) -> Result<Answer, Failure> {
        Ok(self.prompt.run(sql).await?.into_iter().next())
    }

    pub(super) fn is_locking(&self) -> bool {
        self.locking
    }

    /// Ends the bot's sessions and lets no new one read. A client can do no more to a server, and
    /// needs no special right for this; it ends with this session, so that nothing can be left behind.
    pub(super) async fn lock_out(&mut self) -> Result<String, Failure> {
        let sql = format!(
            "begin;\nlock table config_sdk.epoch in access exclusive mode;\n\
             select pg_terminate_backend(pid) from pg_stat_activity where application_name = '{}';",
            bot_name()
        );
        self.locking = true;
        self.run(&sql).await?;
        Ok(sql)
    }

    pub(super) async fn let_in(&mut self) -> Result<String, Failure> {
        self.end("commit;").await
    }

    pub(super) async fn give_up(&mut self) -> Result<String, Failure> {
        self.end("rollback;").await
    }

    async fn end(&mut self, sql: &str) -> Result<String, Failure> {
        self.run(sql).await?;
        self.locking = false;
        Ok(sql.to_owned())
    }
}

/// A Postgres URL with a name for the bot's sessions, by which they are told from all others.
pub(crate) fn named(url: &str) -> String {
    if !url.starts_with("postgres") {
        return url.to_owned();
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}application_name={}", bot_name())
}

fn bot_name() -> String {
    format!("trading-{}", std::process::id())
}

/// Where the URL leads, as `psql` takes it and without the password.
pub(super) fn place(url: &str) -> Option<String> {
    // The driver does not know all of libpq's words for encryption.
    let without_options = url.split('?').next()?;
    let config: Config = url.parse().or_else(|_| without_options.parse()).ok()?;
    let host = match config.get_hosts().first()? {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let user = config.get_user().map(|user| format!(" user={user}"));
    let database = config.get_dbname().map(|name| format!(" dbname={name}"));
    let (user, database) = (user.unwrap_or_default(), database.unwrap_or_default());
    Some(format!("host={host} port={port}{user}{database}"))
}
