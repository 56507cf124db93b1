//! What goes wrong.

use core::time::Duration;

use crate::random::Random;

/// Something that goes wrong, for a while or at one moment.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// From now on everything takes so long.
    Latency {
        /// At least.
        least: Duration,
        /// At most.
        most: Duration,
    },
    /// Nobody gets through.
    Refuse {
        /// How that shows.
        how: Refusal,
        /// For so long.
        lasts: Duration,
    },
    /// A proxy that knows no upgrade to websockets.
    RefuseUpgrades {
        /// What it answers.
        status: u16,
        /// For so long.
        lasts: Duration,
    },
    /// A proxy that answers 504 where the server takes longer.
    GatewayTimeout {
        /// Its patience.
        after: Duration,
        /// For so long.
        lasts: Duration,
    },
    /// Exchanges are lost, so many of a hundred.
    LoseExchanges {
        /// How many.
        percent: u64,
        /// Whether the server hears them first.
        heard: bool,
        /// For so long.
        lasts: Duration,
    },
    /// What is sent vanishes, and what it was sent over stays open and dead.
    Blackhole {
        /// For so long.
        lasts: Duration,
    },
    /// What is sent arrives at the end of it.
    Stall {
        /// For so long.
        lasts: Duration,
    },
    /// The next payloads to clients are cut short or replaced by a page.
    Garble {
        /// How many.
        payloads: u32,
    },
    /// Connections break.
    Cut {
        /// Whose; everybody's if none is named.
        client: Option<usize>,
        /// Who notices.
        told: Told,
        /// Whether what is on its way is lost, too.
        in_flight: bool,
    },
    /// The server goes down, comes back later, and knows nobody.
    Restart {
        /// For how long it is gone.
        down: Duration,
        /// Whether nobody is told, as when the machine loses its power.
        silent: bool,
    },
    /// The server forgets all sessions and tells nobody.
    Forget,
    /// The server ends a session of its own accord.
    Reap {
        /// Which, of those there are.
        session: usize,
    },
    /// A client's clock jumps.
    Jump {
        /// Whose.
        client: usize,
        /// Forward, or back.
        forward: bool,
        /// By how much.
        by: Duration,
    },
    /// A program crashes, and begins anew with what is in its store.
    Crash {
        /// Whose.
        client: usize,
        /// How long it is gone.
        down: Duration,
    },
    /// A program that is slow to acknowledge gets to it.
    Acknowledge {
        /// Whose.
        client: usize,
    },
    /// REST is out of order.
    Rest {
        /// It answers with this status and nothing else.
        outage: Option<u16>,
        /// It allows so many requests a second.
        rate: Option<u32>,
        /// So many of a hundred are lost, on the way there and on the way back.
        percent: u64,
        /// For so long.
        lasts: Duration,
    },
    /// A program, or its machine, does nothing for a while.
    Sleep {
        /// Whose.
        client: usize,
        /// For how long.
        lasts: Duration,
        /// Whether the client is told afterwards.
        wake: bool,
        /// Whether the timers ring before what has arrived is read.
        timers_first: bool,
    },
}

/// How it shows that nobody gets through.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// No route, no name, no listener.
    Unreachable,
    /// TLS fails.
    Tls,
    /// Not a word.
    Silence,
    /// An error page.
    Status {
        /// Its status.
        status: u16,
        /// Its `Retry-After`, in seconds.
        retry_after: Option<u8>,
    },
    /// Another page with status 200, as of a hotel.
    Page,
}

/// Who notices that a connection is gone.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Told {
    /// Both sides.
    Both,
    /// The client alone.
    Client,
    /// The server alone.
    Server,
    /// Nobody: it stays half open.
    Nobody,
}

impl Told {
    pub(crate) const ALL: [Self; 4] = [Self::Both, Self::Client, Self::Server, Self::Nobody];

    pub(crate) fn client(self) -> bool {
        matches!(self, Self::Both | Self::Client)
    }

    pub(crate) fn server(self) -> bool {
        matches!(self, Self::Both | Self::Server)
    }
}

impl Fault {
    pub(super) fn random(random: &mut Random, clients: usize) -> Self {
        let lasts = match random.index(3) {
            0 => random.millis(50, 2_000),
            1 => random.millis(1_000, 30_000),
            _ => random.millis(20_000, 300_000),
        };
        let client = random.index(clients);
        match random.index(32) {
            0..2 => {
                let most = random.pick(&[50, 400, 3_000, 12_000]);
                Self::Latency {
                    least: Duration::from_millis(most / 10),
                    most: Duration::from_millis(most),
                }
            }
            2..4 => Self::Refuse {
                how: Refusal::random(random),
                lasts,
            },
            4 => Self::RefuseUpgrades {
                status: random.pick(&[400, 403, 404, 426, 502]),
                lasts,
            },
            5 => Self::GatewayTimeout {
                after: random.millis(500, 40_000),
                lasts,
            },
            6 => Self::LoseExchanges {
                percent: random.pick(&[10, 30, 100]),
                heard: random.chance(50),
                lasts,
            },
            7..9 => Self::Blackhole { lasts },
            9..11 => Self::Stall { lasts },
            11 => Self::Garble {
                payloads: 1 + u32::try_from(random.below(3)).unwrap_or(0),
            },
            12..17 => Self::Cut {
                client: random.chance(60).then_some(client),
                told: random.pick(&Told::ALL),
                in_flight: random.chance(50),
            },
            17 | 18 => Self::Restart {
                down: random.millis(0, 40_000),
                silent: random.chance(25),
            },
            19 => Self::Forget,
            20 | 21 => Self::Reap {
                session: random.index(8),
            },
            22 => {
                let forward = random.chance(70);
                let most = if forward { 3_600_000 } else { 30_000 };
                Self::Jump {
                    client,
                    forward,
                    by: random.millis(1, most),
                }
            }
            26 | 27 => {
                let down = random.pick(&[Duration::ZERO, Duration::ZERO, lasts]);
                Self::Crash { client, down }
            }
            28 | 29 => Self::Acknowledge { client },
            30 | 31 => Self::Rest {
                outage: random.pick(&[None, None, Some(503), Some(500)]),
                rate: random.pick(&[None, Some(1), Some(3)]),
                percent: random.pick(&[0, 10, 50]),
                lasts,
            },
            _ => Self::Sleep {
                client,
                lasts,
                wake: random.chance(50),
                timers_first: random.chance(50),
            },
        }
    }
}

impl Refusal {
    fn random(random: &mut Random) -> Self {
        match random.index(8) {
            0..3 => Self::Unreachable,
            3 => Self::Tls,
            4 => Self::Silence,
            5 => Self::Page,
            _ => Self::Status {
                status: random.pick(&[401, 404, 500, 502, 503]),
                retry_after: random.chance(30).then_some(7),
            },
        }
    }
}
