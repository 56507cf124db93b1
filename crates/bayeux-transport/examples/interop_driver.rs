//! Client for third-party servers; `cargo xtask interop` runs it.
//!
//! `interop_driver URL websocket|long-polling TOKEN FOLDER [--ack] [--continue SECONDS]` listens to two
//! channels with the token in the `ext` of each subscription, prints a JSON object a line, and ends
//! with its stdin. With a line on stdin that asks to save, it writes the session into the folder and
//! ends without disconnecting; `--continue` continues from there, these seconds later.

use core::{error::Error, str::FromStr, time::Duration};
use std::{env, fs, io, path::Path, thread};

use bayeux_proto::{
    Ack, Channel, Config, Extension, Outgoing, SavedSession, Session, SessionEvent, Transport,
};
use bayeux_transport::{Clock, Driver, DriverEvent, Endpoint, Lanes, Options};
use tokio::sync::mpsc;

type Result<T> = core::result::Result<T, Box<dyn Error>>;

const CHANNELS: [&str; 2] = ["/user/1", "/group/2"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [url, transport, token, folder, options @ ..] = &args[..] else {
        return Err(
            "usage: interop_driver URL TRANSPORT TOKEN FOLDER [--ack] [--continue SECONDS]".into(),
        );
    };
    let transport = match &**transport {
        "websocket" => Transport::WebSocket,
        _ => Transport::LongPolling,
    };
    let folder = Path::new(folder);
    let continued = options.iter().skip_while(|option| *option != "--continue");
    let elapsed = match continued
        .skip(1)
        .map(|seconds| u64::from_str(seconds))
        .next()
    {
        Some(seconds) => Some(Duration::from_secs(seconds?)),
        None => None,
    };
    let signed = format!(r#"{{"access_token":"{token}"}}"#);
    let sign = move |outgoing: Outgoing<'_>, out: &mut Vec<u8>| {
        if let Outgoing::Subscribe(_) = outgoing {
            out.extend_from_slice(signed.as_bytes());
        }
    };
    if !options.iter().any(|option| option == "--ack") {
        let mut driver = start(url, transport, folder, elapsed, sign)?;
        return run(&mut driver, |_| None, folder).await;
    }
    let ack = match elapsed {
        Some(_) => Ack::continuing(fs::read_to_string(folder.join("batch"))?.parse()?),
        None => Ack::new(),
    };
    let mut driver = start(url, transport, folder, elapsed, (ack, sign))?;
    run(&mut driver, |(ack, _)| Some(ack), folder).await
}

/// Starts a session, or continues the one in the folder.
fn start<E: Extension>(
    url: &str,
    transport: Transport,
    folder: &Path,
    elapsed: Option<Duration>,
    extension: E,
) -> Result<Driver<E>> {
    let mut config = Config::default();
    config.transports = vec![transport];
    let endpoint = Endpoint::new(url)?;
    let Some(elapsed) = elapsed else {
        let mut session = Session::new(config, 1);
        for channel in CHANNELS {
            session.subscribe(&Channel::new(channel)?)?;
        }
        let lanes = Lanes::new(endpoint, Options::default(), Clock::start())?;
        let mut driver = Driver::new(session, lanes, extension);
        driver.connect();
        return Ok(driver);
    };
    let saved = SavedSession::from_bytes(&fs::read(folder.join("session"))?)?;
    let clock = Clock::starting_at(saved.at() + elapsed);
    let session = Session::restore(&saved, config, 2, clock.now());
    let lanes = Lanes::new(endpoint, Options::default(), clock)?;
    lanes.restore_cookies(fs::read_to_string(folder.join("cookies"))?.lines());
    Ok(Driver::new(session, lanes, extension))
}

/// Prints what happens, until stdin asks to save or ends.
async fn run<E: Extension>(
    driver: &mut Driver<E>,
    ack: impl Fn(&E) -> Option<&Ack>,
    folder: &Path,
) -> Result<()> {
    let (sender, mut commands) = mpsc::unbounded_channel();
    thread::spawn(move || {
        for line in io::stdin().lines() {
            if line.is_err() || sender.send(()).is_err() {
                return;
            }
        }
    });
    loop {
        let event = tokio::select! {
            event = driver.next() => event,
            command = commands.recv() => {
                if command.is_some() {
                    fs::write(folder.join("session"), driver.save().to_bytes())?;
                    fs::write(folder.join("cookies"), driver.lanes().cookies().join("\n"))?;
                    let batch = ack(driver.extension()).map_or(0, Ack::latest);
                    fs::write(folder.join("batch"), batch.to_string())?;
                    println!(r#"{{"done":"save","batch":{batch}}}"#);
                }
                return Ok(());
            }
        };
        match event {
            DriverEvent::Delivery(delivery) => {
                let data = delivery.data().map(|data| data.to_string());
                println!(r#"{{"event":{}}}"#, data.unwrap_or_default());
            }
            DriverEvent::Session(SessionEvent::Up { resumed, .. }) => {
                println!(r#"{{"told":"up","resumed":{resumed}}}"#);
            }
            DriverEvent::Session(SessionEvent::Gap { .. }) => println!(r#"{{"told":"gap"}}"#),
            DriverEvent::Session(SessionEvent::Subscribed(id)) => {
                let channel = driver.session().channel(id).map(ToString::to_string);
                let is_on = ack(driver.extension()).is_some_and(Ack::is_on);
                let channel = channel.unwrap_or_default();
                println!(r#"{{"told":"subscribed","channel":"{channel}","ack":{is_on}}}"#);
            }
            other => eprintln!("{other:?}"),
        }
    }
}
