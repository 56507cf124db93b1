//! The client of this workspace, over both transports.

use core::net::SocketAddr;

use bayeux_proto::{Channel, Config, Instant, Session, SessionEvent, Transport};
use bayeux_server::{AllowAll, Options};
use bayeux_transport::{Clock, Driver, DriverEvent, Endpoint, Lanes};

use bayeux_wire::Value;

use crate::client::start;

async fn driver(addr: SocketAddr, transport: Transport) -> Driver {
    let mut config = Config::default();
    config.transports = vec![transport];
    let mut session = Session::new(config, 1);
    session.subscribe(&Channel::new("/count").unwrap()).unwrap();
    session.connect(Instant::ORIGIN);
    let endpoint = Endpoint::new(&format!("http://{addr}/bayeux")).unwrap();
    let lanes = Lanes::new(
        endpoint,
        bayeux_transport::Options::default(),
        Clock::start(),
    );
    let mut driver = Driver::new(session, lanes.unwrap(), ());
    loop {
        if let DriverEvent::Session(SessionEvent::Subscribed(_)) = driver.next().await {
            return driver;
        }
    }
}

#[tokio::test]
async fn each_event_arrives_once_and_in_order_over_both_transports() {
    let (server, addr) = start(AllowAll, Options::default()).await;
    let mut drivers = Vec::new();
    for transport in [Transport::WebSocket, Transport::LongPolling] {
        drivers.push(driver(addr, transport).await);
    }
    for number in 0..500 {
        server.publish("/count", &number.to_string()).unwrap();
    }
    for driver in &mut drivers {
        let mut expected = 0;
        while expected < 500 {
            if let DriverEvent::Delivery(delivery) = driver.next().await {
                let number = delivery.data().and_then(Value::as_u64);
                assert_eq!(number, Some(expected));
                expected += 1;
            }
        }
        driver.disconnect();
        while !matches!(
            driver.next().await,
            DriverEvent::Session(SessionEvent::Ended(_))
        ) {}
    }
    assert_eq!(server.clients(), [""; 0]);
}
