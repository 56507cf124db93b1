//! One client: a driver on the channel of its user.

use bayeux_proto::{Channel, Config, Outgoing, Session, SessionEvent};
use bayeux_transport::{Clock, Delivery, Driver, DriverEvent, Endpoint, Lanes, Options};
use tokio::{sync::mpsc::UnboundedSender, time::Instant};

/// What a client tells the run.
#[derive(Clone, Debug)]
pub(super) enum Report {
    /// The subscription was confirmed for the first time.
    Listening,
    /// A message came.
    Message {
        client: usize,
        number: u32,
        at: Instant,
    },
    /// The connection was lost or refused, which no fault of this run explains.
    Trouble(String),
}

/// A client that is not started yet.
#[derive(Debug)]
pub(super) struct Listener {
    number: usize,
    session: Session,
    lanes: Lanes,
    token: String,
}

impl Listener {
    /// # Errors
    ///
    /// If the URL of the gateway or the id of the user cannot be used.
    pub(super) fn new(
        number: usize,
        gateway: &str,
        user: &str,
        token: &str,
    ) -> anyhow::Result<Self> {
        let mut session = Session::new(Config::default(), number as u64);
        session.subscribe(&Channel::new(&format!("/user/{user}"))?)?;
        let clock = Clock::start();
        session.connect(clock.now());
        let endpoint = Endpoint::allowing_plaintext(gateway)?;
        Ok(Self {
            number,
            session,
            lanes: Lanes::new(endpoint, Options::default(), clock)?,
            token: token.to_owned(),
        })
    }

    /// Listens until the task is dropped or the session ends.
    pub(super) async fn run(self, reports: UnboundedSender<Report>) {
        let ext = format!(r#"{{"access_token":"{}"}}"#, self.token);
        let sign = move |outgoing: Outgoing<'_>, out: &mut Vec<u8>| {
            if let Outgoing::Subscribe(_) = outgoing {
                out.extend_from_slice(ext.as_bytes());
            }
        };
        let mut driver = Driver::new(self.session, self.lanes, sign);
        let mut is_listening = false;
        loop {
            let report = match driver.next().await {
                DriverEvent::Delivery(delivery) => match number(&delivery) {
                    Some(number) => Report::Message {
                        client: self.number,
                        number,
                        at: Instant::now(),
                    },
                    None => continue,
                },
                DriverEvent::Session(SessionEvent::Subscribed(_)) if !is_listening => {
                    is_listening = true;
                    Report::Listening
                }
                DriverEvent::Session(SessionEvent::Ended(end)) => {
                    // Without a receiver, the run is over.
                    let text = format!("client {}: {end}", self.number);
                    let _ = reports.send(Report::Trouble(text));
                    return;
                }
                DriverEvent::Session(
                    event @ (SessionEvent::Down { .. }
                    | SessionEvent::Gap { .. }
                    | SessionEvent::Refused(..)
                    | SessionEvent::AttemptFailed { .. }),
                ) => Report::Trouble(format!("client {}: {event:?}", self.number)),
                _ => continue,
            };
            if reports.send(report).is_err() {
                return;
            }
        }
    }
}

/// Returns the number in the text of a message of this run.
fn number(delivery: &Delivery) -> Option<u32> {
    let data = delivery.data()?;
    if data.get("type")?.as_str()? != "line.create" {
        return None;
    }
    let text = data.get("subject")?.get("text")?.as_str()?;
    text.strip_prefix("crowd ")?.parse().ok()
}
