//! The network between client and server: healthy, cut and frozen.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use config_tests::proxy::Proxy;
use config_tests::wait;

const SOON: Duration = Duration::from_secs(5);

#[test]
fn bytes_flow_both_ways_and_connections_are_counted() {
    let proxy = Proxy::to(echo());
    let mut client = connect(&proxy);
    assert_eq!(echoed(&mut client, b"hello"), Ok(()));
    assert_eq!((proxy.connections(), proxy.accepted()), (1, 1));
    drop(client);
    wait::until_sync("the connection to end", SOON, || proxy.connections() == 0);
    assert_eq!(proxy.accepted(), 1);
}

#[test]
fn round_trips_are_counted_and_not_messages() {
    // Answers in two pieces what came in several.
    const ASKED: usize = 1 << 20;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Proxy::to(listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                let mut asked = vec![0; ASKED];
                while (&stream).read_exact(&mut asked).is_ok() {
                    (&stream).write_all(&asked[..ASKED / 2]).unwrap();
                    (&stream).write_all(&asked[ASKED / 2..]).unwrap();
                }
            });
        }
    });
    let mut clients = [connect(&proxy), connect(&proxy)];
    let question = vec![b'x'; ASKED];
    for place in [0, 0, 1] {
        let client = &mut clients[place];
        question.chunks(ASKED / 8).for_each(|piece| client.write_all(piece).unwrap());
        client.set_read_timeout(Some(SOON)).unwrap();
        assert_eq!(received(client, &question), Ok(()));
    }
    assert_eq!(proxy.round_trips(), [2, 1]);
}

#[test]
fn cut_drops_connections_and_refuses_new_ones_until_healed() {
    let proxy = Proxy::to(echo());
    let mut client = connect(&proxy);
    assert_eq!(echoed(&mut client, b"before"), Ok(()));
    proxy.cut();
    assert!(echoed(&mut client, b"lost").is_err());
    assert_eq!(proxy.connections(), 0);
    let refused = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    proxy.heal();
    assert_eq!(echoed(&mut connect(&proxy), b"after"), Ok(()));
}

#[test]
fn frozen_it_accepts_and_forwards_nothing_and_delivers_when_healed() {
    let proxy = Proxy::to(echo());
    let mut old = connect(&proxy);
    assert_eq!(echoed(&mut old, b"before"), Ok(()));
    for freeze in [Proxy::freeze, Proxy::freeze_to_server, Proxy::freeze_to_client] {
        freeze(&proxy);
        old.write_all(b"late").unwrap();
        assert_eq!(received(&mut old, b"late"), Err(ErrorKind::WouldBlock));
        let mut new = connect(&proxy);
        assert_eq!(echoed(&mut new, b"new"), Err(ErrorKind::WouldBlock));
        proxy.heal();
        for (client, bytes) in [(&mut old, &b"late"[..]), (&mut new, b"new")] {
            client.set_read_timeout(Some(SOON)).unwrap();
            assert_eq!(received(client, bytes), Ok(()));
            client.set_read_timeout(Some(PAUSE)).unwrap();
        }
    }
}

#[test]
fn an_ended_server_is_not_noticed_through_a_frozen_line() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Proxy::to(listener.local_addr().unwrap().port());
    let mut client = connect(&proxy);
    let (server, _) = listener.accept().unwrap();
    proxy.freeze_to_client();
    drop(server);
    assert_eq!(received(&mut client, b"x"), Err(ErrorKind::WouldBlock));
    proxy.heal();
    client.set_read_timeout(Some(SOON)).unwrap();
    assert_eq!(received(&mut client, b"x"), Err(ErrorKind::UnexpectedEof));
}

/// Long enough for loopback to have delivered what it will deliver.
const PAUSE: Duration = Duration::from_millis(150);

fn connect(proxy: &Proxy) -> TcpStream {
    let client = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    client.set_read_timeout(Some(PAUSE)).unwrap();
    client
}

fn echoed(client: &mut TcpStream, bytes: &[u8]) -> Result<(), ErrorKind> {
    client.write_all(bytes).map_err(|error| error.kind())?;
    received(client, bytes)
}

fn received(client: &mut TcpStream, bytes: &[u8]) -> Result<(), ErrorKind> {
    let mut back = vec![0; bytes.len()];
    client.read_exact(&mut back).map_err(|error| error.kind())?;
    assert_eq!(back, bytes);
    Ok(())
}

/// A server that sends back what it gets; returns its port.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                let (mut from, mut to) = (&client, &client);
                std::io::copy(&mut from, &mut to)
            });
        }
    });
    port
}
