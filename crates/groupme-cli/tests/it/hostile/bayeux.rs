//! Bayeux messages: many, large, deep, odd.

use super::{
    case::Case,
    peer::{frame, text},
};

/// Frames that a live session gets, a number of times.
fn sends(name: &'static str, count: usize, message: String) -> Case {
    Case::websocket(name, move |peer| {
        peer.live()?;
        for _ in 0..count {
            peer.send(text(&message))?;
        }
        peer.hold()
    })
}

fn push(data: &str) -> String {
    format!(r#"[{{"channel":"/user/1","data":{data}}}]"#)
}

fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

pub(super) fn cases() -> Vec<Case> {
    let times = [
        "9223372036854775807",
        "-9223372036854775808",
        "1e18",
        "1e308",
        "-1e308",
        "253402300800",
        "0.5",
    ];
    let events = times.map(|time| {
        format!(
            r#"{{"channel":"/user/1","data":{{"type":"line.create","received_at":{time},"subject":{{
            "id":"{time}","group_id":"5","created_at":{time},"name":"n","text":"text of {time}"}}}}}}"#
        )
    });
    let keys: Vec<_> = (0..20_000)
        .map(|number| format!(r#""k{number}":1"#))
        .collect();
    let good = r#"{"channel":"/user/1","data":{"type":"line.create","subject":{"id":"7","group_id":"5","text":"the good one"}}}"#;
    vec![
        sends("87,000 empty messages in a frame", 20, format!("[{}{{}}]", "{},".repeat(86_999))).says("endless messages of no use"),
        sends("8,000 events in a frame", 20, format!("[{}{{}}]", r#"{"channel":"/user/1","data":{}},"#.repeat(8_000))),
        sends("250,000 open brackets", 1, "[".repeat(250_000)).says("that are not Bayeux"),
        sends("data of 120,000 levels", 1, push(&nested(120_000))).says("[[null]]"),
        sends("data of 100 levels", 1, push(&format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100)))).says("{\"a\":{\"a\":null}}"),
        sends("20,000 members", 20, push(&format!(r#"{{"type":"line.create",{}}}"#, keys.join(",")))).says("\"k19999\":1"),
        sends("members twice", 1, r#"[{"channel":"/user/1","channel":"/meta/disconnect","data":{"type":"a"},"data":{"type":"b"}}]"#.to_owned()).says("disconnected"),
        sends("a number of 200,000 digits", 1, push(&format!(r#"{{"type":"line.create","subject":{{"created_at":{},"id":1e999999}}}}"#, "9".repeat(200_000)))).says(r#"{"created_at":null,"id":null}"#),
        sends("times beyond all calendars", 1, format!("[{}]", events.join(","))).says("text of 0.5"),
        sends("1e400 beside a good event", 1, format!(r#"[{good},{{"channel":"/user/1","data":{{"type":"x","n":1e400}}}}]"#)).says("the good one"),
        Case::websocket("a clientId of 120,000 bytes", |peer| {
            peer.live_as(&"c".repeat(120_000), "")?;
            peer.hold()
        }).unreached()
        .says("clientId"),
        Case::websocket("a clientId of 10 MB", |peer| {
            peer.live_as(&"c".repeat(10_000_000), "")?;
            peer.hold()
        }).unreached()
        .says("262144 bytes"),
        Case::websocket("a clientId with line breaks", |peer| {
            peer.live_as("a\r\n\u{1b}[31m\"}]", "")?;
            peer.hold()
        })
        .hides("\u{1b}"),
        Case::websocket("240,000 types for the summary", |peer| {
            peer.live()?;
            for frame in 0..300 {
                let number = |at| frame * 800 + at;
                let events = (0..800).map(|at| {
                    format!(r#"{{"channel":"/user/1","data":{{"type":"t{}_{}"}}}}"#, number(at), "x".repeat(200))
                });
                peer.send(text(format!("[{}]", events.collect::<Vec<_>>().join(","))))?;
            }
            peer.hold()
        })
        .format("summary")
        .says("other_types")
        .cpu(15),
        Case::websocket("binary frames of noise", |peer| {
            peer.live()?;
            peer.send(frame(0x82, [0xfe; 4096]))?;
            peer.hold()
        }),
    ]
}
