//! A network that can be pulled out: passes bytes on, refuses connections, cuts them or swallows what they say.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Up,
    /// Nobody listens; what is open is cut.
    Down,
}

/// A proxy on a loopback port of its own.
pub struct Proxy {
    pub base: String,
    network: watch::Sender<Network>,
    /// Connections opened up to this number are dead: they take bytes and give none.
    dead: Arc<AtomicU64>,
    opened: Arc<AtomicU64>,
}

impl Proxy {
    /// Stands before the service with this base.
    pub async fn start(base: &str) -> Self {
        let target = base.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (network, watched) = watch::channel(Network::Up);
        let (dead, opened) = <(Arc<AtomicU64>, Arc<AtomicU64>)>::default();
        let line = Line {
            target,
            dead: dead.clone(),
            opened: opened.clone(),
            watched,
        };
        tokio::spawn(line.serve(listener, address));
        Self {
            base: format!("http://{address}"),
            network,
            dead,
            opened,
        }
    }

    pub fn set(&self, network: Network) {
        self.network.send_replace(network);
    }

    /// As after a sleep of the machine: every connection there is takes bytes and gives none.
    pub fn deaden(&self) {
        self.dead
            .store(self.opened.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

#[derive(Clone)]
struct Line {
    target: String,
    dead: Arc<AtomicU64>,
    opened: Arc<AtomicU64>,
    watched: watch::Receiver<Network>,
}

impl Line {
    async fn serve(mut self, first: TcpListener, address: std::net::SocketAddr) {
        let mut listener = Some(first);
        loop {
            if *self.watched.borrow_and_update() == Network::Down {
                listener = None;
            } else if listener.is_none() {
                listener = TcpListener::bind(address).await.ok();
            }
            tokio::select! {
                changed = self.watched.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                Some(stream) = accepted(listener.as_ref()) => {
                    tokio::spawn(self.clone().carry(stream));
                }
                () = tokio::time::sleep(std::time::Duration::from_millis(50)) => {}
            }
        }
    }

    async fn carry(self, mut near: TcpStream) {
        let number = self.opened.fetch_add(1, Ordering::SeqCst) + 1;
        let Ok(mut far) = TcpStream::connect(&self.target).await else {
            return;
        };
        let (mut near_in, mut near_out) = near.split();
        let (mut far_in, mut far_out) = far.split();
        let ways = async {
            tokio::join!(
                self.pass(number, &mut near_in, &mut far_out),
                self.pass(number, &mut far_in, &mut near_out)
            )
        };
        let mut watched = self.watched.clone();
        tokio::select! {
            _ = ways => {}
            _ = watched.wait_for(|network| *network == Network::Down) => {}
        }
    }

    /// Carries bytes one way until their end; those of a dead connection go nowhere.
    async fn pass(
        &self,
        number: u64,
        from: &mut (impl tokio::io::AsyncRead + Unpin),
        to: &mut (impl tokio::io::AsyncWrite + Unpin),
    ) {
        use tokio::io::AsyncReadExt as _;
        let mut bytes = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            let alive = number > self.dead.load(Ordering::SeqCst);
            if alive && to.write_all(&bytes[..count]).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    }
}

async fn accepted(listener: Option<&TcpListener>) -> Option<TcpStream> {
    listener?.accept().await.ok().map(|(stream, _)| stream)
}
