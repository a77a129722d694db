//! SIGHUP as an ops hook.

/// Hears SIGHUP, if it was asked to and the system has it.
#[derive(Debug)]
pub(super) struct Hangup {
    #[cfg(unix)]
    stream: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Hangup {
    pub(super) fn new(wanted: bool) -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let stream = wanted.then(|| signal(SignalKind::hangup()));
        if let Some(Err(error)) = &stream {
            tracing::warn!(%error, "SIGHUP cannot be heard; refresh by other means");
        }
        Self { stream: stream.and_then(Result::ok) }
    }

    /// The next SIGHUP. Cancel safe.
    pub(super) async fn signal(&mut self) {
        if let Some(stream) = &mut self.stream
            && stream.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

#[cfg(not(unix))]
impl Hangup {
    pub(super) fn new(wanted: bool) -> Self {
        if wanted {
            tracing::warn!("this system has no SIGHUP; refresh by other means");
        }
        Self {}
    }

    /// Never.
    pub(super) async fn signal(&mut self) {
        std::future::pending().await
    }
}
