//! One database per test, made fresh and dropped after it.

use std::sync::{Mutex, PoisonError};

use tokio_postgres::{Client, NoTls};

use super::psql::{dump, psql};
use super::server::Server;

/// A database on a [`Server`], dropped with this value.
#[derive(Debug)]
pub struct Database {
    server: Server,
    name: String,
    roles: Mutex<Vec<String>>,
}

/// A login role that may use one [`Database`], dropped with it.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Its URL, password included.
    pub url: String,
}

impl Database {
    pub(super) fn create(server: Server, name: String) -> Self {
        server.psql("postgres", &format!("create database {name}"));
        Self { server, name, roles: Mutex::default() }
    }

    /// Its URL for the superuser: `postgres://user:password@127.0.0.1:port/name`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// Its URL through another port, such as a proxy's.
    #[must_use]
    pub fn url_through(&self, port: u16) -> String {
        let real = format!(":{}/", self.server.port());
        self.url().replace(&real, &format!(":{port}/"))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The server it is on.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// A connection, driven in the background.
    ///
    /// # Panics
    /// When the server does not take it.
    pub async fn client(&self) -> Client {
        connect(&self.url()).await
    }

    /// Runs SQL as a person at a `psql` prompt would, each statement on its own, and returns what it
    /// printed: rows as lines, columns separated by `|`.
    ///
    /// # Panics
    /// With the error message, when a statement fails.
    pub fn psql(&self, sql: &str) -> String {
        self.server.psql(&self.name, sql)
    }

    /// Like [`psql`](Self::psql), for SQL that may fail.
    ///
    /// # Errors
    /// With what `psql` wrote to standard error.
    pub fn try_psql(&self, sql: &str) -> Result<String, String> {
        self.server.try_psql(&self.name, sql)
    }

    /// What `pg_dump` writes of it, without owners: SQL that makes it again in another database.
    ///
    /// # Panics
    /// With the error message, when it fails.
    #[must_use]
    pub fn dump(&self, arguments: &[&str]) -> String {
        let arguments = [&["--no-owner"], arguments].concat();
        dump(&self.url(), &arguments).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A new role that may log in; `attributes` is what follows `CREATE ROLE … LOGIN PASSWORD …`, and
    /// may be empty. What it may read and write is granted with [`psql`](Self::psql).
    pub fn role(&self, attributes: &str) -> Role {
        let mut roles = self.roles.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("{}_role_{}", self.name, roles.len() + 1);
        let password = format!("{:016x}", fastrand::u64(..));
        self.psql(&format!("create role {name} login password '{password}' {attributes}"));
        roles.push(name.clone());
        let place = format!("127.0.0.1:{}/{}", self.server.port(), self.name);
        let url = format!("postgres://{name}:{password}@{place}");
        Role { name, url }
    }

    /// Ends every session in this database and returns how many there were.
    pub fn terminate_backends(&self) -> u64 {
        let ended = self.psql(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity \
             where datname = current_database() and pid <> pg_backend_pid()",
        );
        ended.parse().expect("a count")
    }

    /// How often statements like `pattern` (as of SQL's `ILIKE`) ran in this database, as counted by
    /// the server. Their constants read `$1`, `$2`, … there, and what triggers ran is not counted.
    pub fn queries(&self, pattern: &str) -> u64 {
        let pattern = pattern.replace('\'', "''");
        let calls = self.server.psql(
            "postgres",
            &format!(
                "select coalesce(sum(calls), 0) from pg_stat_statements s \
                 join pg_database d on d.oid = s.dbid \
                 where d.datname = '{}' and query ilike '{pattern}'",
                self.name
            ),
        );
        calls.parse().expect("a count")
    }

    /// Starts counting [`queries`](Self::queries) from nothing.
    pub fn reset_queries(&self) {
        self.server.psql(
            "postgres",
            &format!(
                "select pg_stat_statements_reset(0, oid, 0) from pg_database where datname = '{}'",
                self.name
            ),
        );
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !self.server.is_answering() {
            return;
        }
        let mut sql = format!("drop database if exists {} with (force);\n", self.name);
        let roles = self.roles.get_mut().unwrap_or_else(PoisonError::into_inner);
        for role in roles {
            sql += &format!("drop role if exists {role};\n");
        }
        // A test that broke the server on purpose has nothing left to drop.
        let _ = self.server.try_psql("postgres", &sql);
    }
}

impl Role {
    /// A connection as this role, driven in the background.
    ///
    /// # Panics
    /// When the server does not take it.
    pub async fn client(&self) -> Client {
        connect(&self.url).await
    }

    /// Runs SQL as this role, like [`Database::try_psql`].
    ///
    /// # Errors
    /// With what `psql` wrote to standard error.
    pub fn try_psql(&self, sql: &str) -> Result<String, String> {
        psql(&self.url, sql)
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .unwrap_or_else(|error| panic!("cannot connect to the test server: {error:?}"));
    tokio::spawn(async move {
        // Ends with the client, or with an error that the client reports too.
        let _ = connection.await;
    });
    client
}
