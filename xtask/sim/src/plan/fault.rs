//! Faults.

use core::time::Duration;

use crate::random::Random;

/// A fault, at one moment or for a while.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// From now on the latency in one direction is between these two.
    Latency { least: Duration, most: Duration },
    /// No attempt reaches the gateway, nor REST, unless it is spared: it is another host.
    Refuse {
        how: Refusal,
        spares_rest: bool,
        lasts: Duration,
    },
    /// A proxy that does not know websockets answers upgrades.
    RefuseUpgrades { status: u16, lasts: Duration },
    /// A proxy answers 504 when the server takes longer than this.
    GatewayTimeout { after: Duration, lasts: Duration },
    /// `percent` of 100 exchanges are lost, after the server has received them or before.
    LoseExchanges {
        percent: u64,
        is_received: bool,
        lasts: Duration,
    },
    /// Packets vanish, and their connections stay open and dead.
    Blackhole { lasts: Duration },
    /// Packets arrive when the fault ends.
    Stall { lasts: Duration },
    /// The next payloads to clients are cut short or replaced by an HTML page.
    Garble { payloads: u32 },
    /// The connections of a client break, or all of them; `in_flight` packets are lost, too.
    Cut {
        client: Option<usize>,
        notified: Notified,
        in_flight: bool,
    },
    /// The server is down for a while and has no sessions afterwards. Clients are not notified of a
    /// `silent` one, as when the machine loses its power.
    Restart { down: Duration, silent: bool },
    /// The server forgets all sessions and notifies nobody.
    Forget,
    /// The server ends the session with this number, of those it has.
    Reap { session: usize },
    /// The clock of a client jumps.
    Jump {
        client: usize,
        forward: bool,
        by: Duration,
    },
    /// The process of a backfilling program ends, and another one starts later with its store.
    Crash { client: usize, down: Duration },
    /// A program that acknowledges late does it now.
    Acknowledge { client: usize },
    /// REST answers every request with the status of an `outage`, or admits `rate` requests a
    /// second; and `percent` of 100 requests and responses are lost.
    Rest {
        outage: Option<u16>,
        rate: Option<u32>,
        percent: u64,
        lasts: Duration,
    },
    /// The lists of groups and chats lag behind the histories.
    Lists { lag: Duration, lasts: Duration },
    /// No save of a backfilling program succeeds.
    Disk { client: usize, lasts: Duration },
    /// A program, or its machine, is suspended. Afterwards its session may be
    /// woken, and its timers may fire before what has arrived is read.
    Sleep {
        client: usize,
        lasts: Duration,
        wake: bool,
        timers_first: bool,
    },
}

/// The answer to an attempt that does not reach the server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    /// No route, no name, no listener.
    Unreachable,
    Tls,
    /// No answer.
    Silence,
    /// An error page; `retry_after` is in seconds.
    Status {
        status: u16,
        retry_after: Option<u8>,
    },
    /// A page of somebody else with status 200, as in a hotel.
    Page,
}

/// The sides that notice the end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Notified {
    Both,
    Client,
    Server,
    /// The connection stays half open.
    Nobody,
}

impl Notified {
    pub(crate) const ALL: [Self; 4] = [Self::Both, Self::Client, Self::Server, Self::Nobody];

    pub(crate) fn client(self) -> bool {
        matches!(self, Self::Both | Self::Client)
    }

    pub(crate) fn server(self) -> bool {
        matches!(self, Self::Both | Self::Server)
    }
}

impl Fault {
    /// An outage of REST alone.
    pub(super) fn rest_outage(lasts: Duration) -> Self {
        Self::Rest {
            outage: Some(503),
            rate: None,
            percent: 0,
            lasts,
        }
    }

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
                spares_rest: random.chance(50),
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
                is_received: random.chance(50),
                lasts,
            },
            7..9 => Self::Blackhole { lasts },
            9..11 => Self::Stall { lasts },
            11 => Self::Garble {
                payloads: random.pick(&[1, 2, 3]),
            },
            12..17 => Self::Cut {
                client: random.chance(60).then_some(client),
                notified: random.pick(&Notified::ALL),
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
            26 | 27 => Self::Crash {
                client,
                down: random.pick(&[Duration::ZERO, Duration::ZERO, lasts, lasts * 3]),
            },
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
