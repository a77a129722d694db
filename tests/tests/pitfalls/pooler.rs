//! A line to Postgres on which notifications do not arrive, as through a transaction-mode pooler.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What a message from the server begins with if it is a notification.
const NOTIFICATION: u8 = b'A';

/// The port that leads to the server at `server`, until the runtime ends.
pub(crate) async fn without_notifications(server: u16) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
            tokio::spawn(carry(client, server));
        }
    });
    port
}

async fn carry(client: TcpStream, server: TcpStream) {
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    tokio::select! {
        _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
        _ = sift(from_server, to_client) => {}
    }
}

/// Passes message by message: a byte that says what it is, the length of the rest, the rest.
async fn sift(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> std::io::Result<()> {
    loop {
        let kind = from.read_u8().await?;
        let length = from.read_u32().await?;
        let mut rest = vec![0; length as usize - 4];
        from.read_exact(&mut rest).await?;
        if kind != NOTIFICATION {
            to.write_u8(kind).await?;
            to.write_u32(length).await?;
            to.write_all(&rest).await?;
        }
    }
}
