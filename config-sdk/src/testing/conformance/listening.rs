//! The rules of [`Source::changes`](crate::Source::changes) and of what a source shows of itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use super::Subject;
use super::reader::{Reader, Verdict, ensure, same};
use super::reading::{noted, three};
use crate::source::{Deaf, Signal, Source};

/// How long a signal may take; a program would wait for its next poll otherwise.
const DEADLINE: Duration = Duration::from_secs(5);
/// How long a source may go on after its listening was dropped.
const ECHO: Duration = Duration::from_millis(200);

pub(super) async fn a_change_after_listening_is_signalled(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let mut reader = Reader::new(subject).await?;
    let source = reader.source.clone();
    let (signal, ears) = Signal::new();
    let writing = async {
        let end = Instant::now() + DEADLINE;
        loop {
            let heard = timeout_at(end, ears.heard()).await;
            let heard = heard.map_err(|_| format!("`listening` was not called in {DEADLINE:?}"))?;
            if heard.listening {
                break;
            }
        }
        for row in [noted(a, "heard"), noted(b, "heard too"), noted(a, "once more")] {
            reader.write(std::slice::from_ref(&row)).await;
            let end = Instant::now() + DEADLINE;
            // A late signal for the change before is lawful, and not enough.
            while timeout_at(end, ears.heard()).await.is_ok() {
                let fetched = reader.news().await?;
                if fetched.blocks.contains_key(row.block.name) {
                    same(&fetched, &row)?;
                    break;
                }
            }
            ensure(
                Instant::now() < end,
                format_args!("a change was not signalled in {DEADLINE:?}"),
            )?;
        }
        Ok(())
    };
    tokio::select! {
        deaf = source.changes(signal) => match deaf {
            Deaf::Never { .. } => Ok(()), // nothing to listen to, and it says so
            Deaf::Lost(error) => Err(format!("listening ended: {error}")),
        },
        verdict = writing => verdict,
    }
}

pub(super) async fn dropped_listening_ends(subject: &dyn Subject) -> Verdict {
    let [a, ..] = three();
    let reader = Reader::new(subject).await?;
    let (signal, ears) = Signal::new();
    let heard = tokio::select! {
        _ = reader.source.changes(signal) => false,
        heard = timeout(DEADLINE, ears.heard()) => heard.is_ok(),
    };
    if !heard {
        return Ok(()); // it never began, which is another rule's matter
    }
    // What was on its way may still arrive.
    let _ = timeout(ECHO, ears.heard()).await;
    reader.write(&[noted(a, "nobody listens")]).await;
    ensure(
        timeout(2 * ECHO, ears.heard()).await.is_err(),
        "a change was signalled after the future of `changes` had been dropped",
    )
}

pub(super) async fn no_password_is_shown(subject: &dyn Subject) -> Verdict {
    let source: Arc<dyn Source> = subject.source();
    let name = source.name();
    ensure(!name.is_empty(), "`name` is empty, and is what status and logs show")?;
    let Some(password) = subject.password() else {
        return Ok(());
    };
    ensure(!name.contains(&password), "`name` shows the password")
}
