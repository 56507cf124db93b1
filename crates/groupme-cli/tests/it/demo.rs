//! `groupme demo`: simulator and client in one process.

use crate::program::{Running, groupme, run};

#[tokio::test]
async fn the_demo_shows_every_kind_of_event_and_ends_well() {
    let shown = run(groupme(&["demo"])).await;
    assert_eq!(shown.status, Some(0), "{}", shown.stderr);
    assert_eq!(shown.stderr, "");
    for part in [
        "A simulated GroupMe runs at http://127.0.0.1:",
        "· connected over websocket",
        "· subscribed to /user/",
        "· conversations followed: ",
        "[Lake weekend] Mara is typing …",
        "Mara: Who is coming to the lake on Saturday?",
        "Jonas changed the reactions to Mara's \"Who is coming to the lake on Saturday?\": ❤️",
        // Pushed on two channels, printed once.
        "Theo changed the reactions to Robin's \"Me! I can drive, three seats left.\": 👍",
        "I bring the tent, it sleeps for. [image: https://",
        "edited: I bring the tent, it sleeps four.",
        "(ping)",
        "[hiking_route]",
        "a message of Theo was deleted",
        "· subscribed to /direct_message/",
        "[direct] Mara: Not a word to Jonas",
        "has read the messages",
        "you are in \"Surprise for Jonas\" now",
        "weather.warning (unknown event type)",
        "Theo: Eight o'clock at the station, then.",
        "Mara has removed Robin",
        "Now the server restarts",
        "· disconnected: the connection broke while ",
        "· messages missed in \"Lake weekend\": the connection was lost; fetching",
        "Mara: Is anybody missing this?",
        "· messages fetched of \"Lake weekend\": 1",
        "· caught up: nothing is missing",
        // Robin has been removed from the group meanwhile.
        "· \"Surprise for Jonas\": the conversation is gone, or was left",
        "· caught up, except for the losses above",
        "· ended: disconnected as asked",
        "Demo complete",
    ] {
        assert!(shown.stdout.contains(part), "{part}\n{}", shown.stdout);
    }
    // Pretty output shows names instead of ids, each once.
    for part in ["user 9", "group 1", "broke: the connection broke"] {
        assert!(!shown.stdout.contains(part), "{part}\n{}", shown.stdout);
    }
}

#[tokio::test]
async fn the_demo_can_be_cut_short() {
    let shown = run(groupme(&["demo", "--for", "1s"])).await;
    assert_eq!(shown.status, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("is typing …"), "{}", shown.stdout);
    assert!(!shown.stdout.contains("station"), "{}", shown.stdout);
    assert!(shown.stdout.contains("· ended: disconnected as asked"));
}

#[tokio::test]
async fn the_demo_ends_quietly_where_nobody_reads_on() {
    let mut demo = Running::start(groupme(&["demo"]));
    demo.line().await;
    let left = demo.finish_without_reader(|| {}).await;
    assert_eq!((left.status, left.stderr.as_str()), (Some(0), ""));
}
