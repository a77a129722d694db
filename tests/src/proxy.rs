//! A network between client and server that can be cut and frozen, and counts round trips.

use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::{port, wait};

/// A TCP proxy on 127.0.0.1, with a thread of its own; gone when dropped.
///
/// Bytes held back while it is frozen are delivered after it heals, as a network does that comes back.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    server: Arc<AtomicU16>,
    line: watch::Sender<Line>,
    counts: Arc<Counts>,
}

/// The state of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Open,
    Cut,
    Frozen { to_server: bool, to_client: bool },
}

#[derive(Clone, Copy, Debug)]
enum Way {
    ToServer,
    ToClient,
}

#[derive(Debug, Default)]
struct Counts {
    listening: AtomicBool,
    open: AtomicUsize,
    accepted: AtomicUsize,
    /// Of each connection.
    turns: Mutex<Vec<Arc<Turns>>>,
}

/// Who spoke last, and how often the client began to.
#[derive(Debug, Default)]
struct Turns {
    is_client: AtomicBool,
    count: AtomicUsize,
}

impl Proxy {
    /// A healthy line to the server at `server`, a port on 127.0.0.1.
    ///
    /// # Panics
    /// When it cannot listen.
    #[must_use]
    pub fn to(server: u16) -> Self {
        let (line, state) = watch::channel(Line::Open);
        let server = Arc::new(AtomicU16::new(server));
        let proxy = Self { port: port::free(), server, line, counts: Arc::default() };
        let (port, counts) = (proxy.port, Arc::clone(&proxy.counts));
        let server = Arc::clone(&proxy.server);
        // A thread of its own, so that a test may block its runtime while bytes flow.
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(serve(port, &server, state, counts));
        });
        proxy.settle();
        proxy
    }

    /// The port to connect to, in place of the server's.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Leads connections that are made from now on to another server, at `server` on 127.0.0.1.
    pub fn lead_to(&self, server: u16) {
        self.server.store(server, Ordering::SeqCst);
    }

    /// Drops all connections and refuses new ones.
    pub fn cut(&self) {
        self.set(Line::Cut);
    }

    /// Accepts connections and forwards nothing, either way.
    pub fn freeze(&self) {
        self.set(Line::Frozen { to_server: true, to_client: true });
    }

    /// Forwards nothing from client to server; the server still reaches the client.
    pub fn freeze_to_server(&self) {
        self.set(Line::Frozen { to_server: true, to_client: false });
    }

    /// Forwards nothing from server to client; the client still reaches the server.
    pub fn freeze_to_client(&self) {
        self.set(Line::Frozen { to_server: false, to_client: true });
    }

    /// Makes the line healthy again.
    pub fn heal(&self) {
        self.set(Line::Open);
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.counts.open.load(Ordering::SeqCst)
    }

    /// How many connections there have been so far.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.counts.accepted.load(Ordering::SeqCst)
    }

    /// How many round trips each connection has made so far, in the order in which they were opened:
    /// how often its client spoke first or after the server did.
    #[must_use]
    pub fn round_trips(&self) -> Vec<usize> {
        let turns = self.counts.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.iter().map(|turns| turns.count.load(Ordering::SeqCst)).collect()
    }

    fn set(&self, line: Line) {
        self.line.send_replace(line);
        self.settle();
    }

    /// Waits until the proxy listens, or no longer does, so that what a test does next meets the new state.
    fn settle(&self) {
        let listens = *self.line.borrow() != Line::Cut;
        wait::until_sync("the proxy to follow", Duration::from_secs(10), || {
            let followed = self.counts.listening.load(Ordering::SeqCst) == listens;
            followed && (listens || self.connections() == 0)
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.line.send_replace(Line::Cut); // so that its thread has nothing left to listen for
    }
}

impl Line {
    fn lets(self, way: Way) -> bool {
        match (self, way) {
            (Self::Open, _) => true,
            (Self::Cut, _) => false,
            (Self::Frozen { to_server, .. }, Way::ToServer) => !to_server,
            (Self::Frozen { to_client, .. }, Way::ToClient) => !to_client,
        }
    }
}

/// Listens whenever the line is not cut; ends with the [`Proxy`].
async fn serve(
    port: u16,
    server: &AtomicU16,
    mut line: watch::Receiver<Line>,
    counts: Arc<Counts>,
) {
    // A line that is gone for good still shows its last state, so that is asked for by itself.
    while line.wait_for(|line| *line != Line::Cut).await.is_ok() && line.has_changed().is_ok() {
        let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        counts.listening.store(true, Ordering::SeqCst);
        let mut connections = JoinSet::new();
        let mut watched = line.clone();
        let gone = watched.wait_for(|line| *line == Line::Cut);
        tokio::pin!(gone);
        loop {
            tokio::select! {
                _ = &mut gone => break,
                accepted = listener.accept() => if let Ok((client, _)) = accepted {
                    let open = Open::count(&counts);
                    let (line, server) = (line.clone(), server.load(Ordering::SeqCst));
                    connections.spawn(async move {
                        let _ = forward(client, server, line, &open.turns).await;
                    });
                },
                Some(_) = connections.join_next() => {}
            }
        }
        drop(listener);
        connections.shutdown().await;
        counts.listening.store(false, Ordering::SeqCst);
    }
}

/// Carries one connection both ways until both sides are done or one fails.
async fn forward(
    client: TcpStream,
    server: u16,
    mut line: watch::Receiver<Line>,
    turns: &Turns,
) -> io::Result<()> {
    let _ = line.wait_for(|line| line.lets(Way::ToServer)).await;
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::try_join!(
        carry(Way::ToServer, from_client, to_server, line.clone(), turns),
        carry(Way::ToClient, from_server, to_client, line, turns),
    )?;
    Ok(())
}

async fn carry(
    way: Way,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut line: watch::Receiver<Line>,
    turns: &Turns,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await;
        // An end or an error must not get through a frozen line either.
        let _ = line.wait_for(|line| line.lets(way)).await;
        match read? {
            0 => return to.shutdown().await,
            length => {
                turns.speaks(way);
                to.write_all(&buffer[..length]).await?;
            }
        }
    }
}

impl Turns {
    fn speaks(&self, way: Way) {
        let is_client = matches!(way, Way::ToServer);
        if !self.is_client.swap(is_client, Ordering::SeqCst) && is_client {
            self.count.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Counts a connection as open while it lives.
struct Open {
    counts: Arc<Counts>,
    turns: Arc<Turns>,
}

impl Open {
    fn count(counts: &Arc<Counts>) -> Self {
        counts.accepted.fetch_add(1, Ordering::SeqCst);
        counts.open.fetch_add(1, Ordering::SeqCst);
        let turns = Arc::<Turns>::default();
        let mut all = counts.turns.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Arc::clone(&turns));
        Self { counts: Arc::clone(counts), turns }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.counts.open.fetch_sub(1, Ordering::SeqCst);
    }
}
