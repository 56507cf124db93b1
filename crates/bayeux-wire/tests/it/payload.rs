//! Members of a message by path, as extensions read them.

use bayeux_proto::{Ack, Extension, Payload, Replay};
use bayeux_wire::{Decoder, Frame};

fn frame(text: &str) -> Frame {
    let mut frame = Frame::new();
    frame.extend_from_slice(text.as_bytes());
    Decoder::new().decode(&mut frame).unwrap();
    frame
}

#[test]
fn members_are_found_by_path_in_ext_data_and_elsewhere() {
    let frame = frame(
        r#"{"channel":"/a","timestamp":"now","data":{"event":{"replayId":-2},"n":1.5},"ext":{"ack":true}}"#,
    );
    let message = frame.message(0).unwrap();
    assert_eq!(message.integer(&["data", "event", "replayId"]), Some(-2));
    assert_eq!(message.boolean(&["ext", "ack"]), Some(true));
    assert_eq!(message.text(&["timestamp"]), Some("now"));
    for path in [
        &["data", "n"][..],
        &["data", "event"],
        &["ext", "ack"],
        &["timestamp", "x"],
        &["missing"],
        &[],
    ] {
        assert_eq!(message.integer(path), None, "{path:?}");
    }
    assert_eq!(Replay::id_of(&message), Some(-2));
}

#[test]
fn extensions_read_recorded_forms_of_ext() {
    for (ext, on) in [
        (r#"{"ack":true}"#, true),
        (r#"{"ack":{"enabled":true,"batch":3,"size":0}}"#, true),
        (r#"{"ack":"true"}"#, false),
        (r#"{"ack":{"enabled":false}}"#, false),
        ("null", false),
    ] {
        let frame = frame(&format!(
            r#"[{{"channel":"/meta/handshake","successful":true,"clientId":"c","ext":{ext}}}]"#
        ));
        let message = frame.message(0).unwrap();
        let mut ack = Ack::new();
        ack.incoming(&message.envelope(), &message);
        assert_eq!(ack.is_on(), on, "{ext}");
    }
}
