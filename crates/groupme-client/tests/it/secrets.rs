//! Nothing printable shows the token.

use core::fmt::Write as _;

use groupme_client::{Client, Incoming, Status, Token, TransportPolicy, UserId};

use crate::account::{builder, builder_for, chain, listening, next, sim, soon};

const SECRET: &str = "s3cr3t-that-is-never-to-be-seen-anywhere";

#[tokio::test]
async fn neither_settings_nor_clients_nor_handles_show_the_token() {
    let token = Token::new(SECRET).unwrap();
    let sim = groupme_sim::Sim::builder()
        .token(SECRET)
        .start()
        .await
        .unwrap();
    let ready = builder(&sim).subscribe(groupme_client::GroupId::new("1"));
    let shown = format!("{token:?} {ready:?}");
    assert!(
        shown.contains(sim.user_id()) && !shown.contains(SECRET),
        "{shown}"
    );
    let client = ready.connect().unwrap();
    let shown = format!("{client:?} {:?}", client.handle());
    assert!(
        shown.contains(sim.user_id()) && !shown.contains(SECRET),
        "{shown}"
    );
}

#[test]
fn a_refused_token_is_not_repeated() {
    let error = Token::new(format!("{SECRET} with spaces")).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(SECRET), "{shown}");
}

#[tokio::test]
async fn nothing_that_comes_in_shows_a_credential() {
    let sim = groupme_sim::Sim::builder()
        .token(SECRET)
        .ping_interval(None)
        .start()
        .await
        .unwrap();
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let session = sim.sessions().pop().unwrap();
    sim.say("hello").unwrap();
    sim.lose_sessions();
    client.handle().ping().unwrap();
    sim.allow_sockets(false);
    let mut shown = String::new();
    loop {
        let incoming = next(&mut client).await;
        writeln!(shown, "{incoming:?}").unwrap();
        if let Incoming::Status(
            Status::Disconnected { cause, .. } | Status::ConnectionGap { cause, .. },
        ) = &incoming
        {
            shown += &chain(cause).join("\n");
        }
        if matches!(incoming, Incoming::Status(Status::Subscribed { .. })) {
            break;
        }
    }
    assert!(
        shown.contains("Gap") && shown.contains("line.create"),
        "{shown}"
    );
    assert!(
        !shown.contains(SECRET) && !shown.contains(&session),
        "{shown}"
    );
}

#[tokio::test]
async fn a_refusal_does_not_show_the_token_that_was_refused() {
    let sim = sim().await;
    let mut client = builder_for(&sim, SECRET, sim.user_id()).connect().unwrap();
    let mut shown = String::new();
    while let Some(incoming) = soon(client.next()).await {
        writeln!(shown, "{incoming:?}").unwrap();
        if let Incoming::Status(Status::Ended(end)) = incoming {
            shown += &end.to_string();
        }
    }
    assert!(
        shown.contains("refuses this token") && !shown.contains(SECRET),
        "{shown}"
    );
}

#[tokio::test]
async fn a_url_is_not_repeated_where_it_may_hold_a_credential() {
    for url in [
        format!("https://user:{SECRET}@example.com/"),
        format!("gopher://example.com/?token={SECRET}"),
        format!("//{SECRET}"),
        format!("http://example.com/?token={SECRET}"),
    ] {
        let error = Client::builder(Token::new("t").unwrap(), UserId::new("1"))
            .gateway_url(&*url)
            .connect()
            .unwrap_err();
        let shown = format!("{error:?} {:?}", chain(&error));
        assert!(!shown.contains(SECRET), "{shown}");
    }
}
