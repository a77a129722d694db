//! The one task that holds the connection and does what changes the tier, one thing after the other.

use std::sync::Arc;
use std::time::Duration;

use redis::pipe;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use super::follow::follow;
use super::keep::{Keep, keep};
use super::line::{Failure, Line};
use super::tier::Tier;
use crate::guarded::guarded;

/// First wait after a failure, and the longest. Short enough that a server that is back is used
/// again within two seconds.
const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_millis(1200);
/// How often the connection has to prove that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Goes on for as long as it is let.
pub(super) async fn run(tier: Arc<Tier>, mut keeps: mpsc::Receiver<Keep>) {
    let mut pause = FIRST;
    loop {
        // The connection must not keep alive what keeps the connection alive.
        let hearing = Arc::downgrade(&tier);
        let hear = move |message: &str| {
            if let Some(tier) = hearing.upgrade() {
                tier.hear(message);
            }
        };
        let channel = tier.names.channel();
        let opened = guarded(Line::open(&tier.address, &tier.scripts, &channel, hear)).await;
        match opened.unwrap_or_else(|| Err(Failure::new("connecting panicked"))) {
            Ok(line) => {
                let began = Instant::now();
                tier.connected(line.clone());
                let failure = serve(&tier, &line, &mut keeps).await;
                tier.failed(Some(line.number), &failure);
                if began.elapsed() > LONGEST {
                    pause = FIRST;
                }
            }
            Err(failure) => tier.failed(None, &failure),
        }
        // Drawn between half of it and the whole, so that a fleet does not come back all at once.
        sleep(pause.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
        pause = (pause * 2).min(LONGEST);
    }
}

/// Does what there is to do on `line` until it fails.
async fn serve(tier: &Tier, line: &Line, keeps: &mut mpsc::Receiver<Keep>) -> Failure {
    let mut beat = Instant::now() + HEARTBEAT;
    loop {
        let done = tokio::select! {
            biased;
            () = tier.wake.notified() => match tier.take_news() {
                _ if !tier.uses(line) => return Failure::new("a question had no answer"),
                Some(errand) => follow(tier, line, errand).await,
                None => Ok(()),
            },
            Some(kept) = keeps.recv() => keep(tier, line, kept).await,
            () = sleep_until(beat) => {
                beat = Instant::now() + HEARTBEAT;
                line.ask::<(String,)>(pipe().cmd("PING")).await.map(drop)
            }
            () = line.ended() => Err(Failure::new("the connection ended")),
        };
        if let Err(failure) = done {
            return failure;
        }
    }
}
