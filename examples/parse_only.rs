//! Parsing without a network: a captured frame, its envelopes and its typed events.
//!
//! `cargo run --example parse_only`

use bayeux_wire::{Decoder, Frame};
use groupme_model::EventRef;

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let captured = br#"[
        {"channel":"/meta/connect","id":"2","successful":true,"advice":{"reconnect":"retry"}},
        {"channel":"/user/1","data":{"type":"line.create","subject":{"id":"175141257527047935",
            "group_id":"108466446","user_id":"2","name":"Ada","text":"hi","attachments":[]}}},
        {"channel":"/group/108466446","data":{"type":"typing","user_id":"2","started":1751404765673}},
        {"channel":"/user/1","data":{"type":"something.new","subject":{"id":7}}}
    ]"#;
    let mut decoder = Decoder::new();
    let mut frame = Frame::from_bytes(captured);
    decoder.decode(&mut frame)?;
    for message in frame.messages() {
        match message.data().map(EventRef::from_value) {
            None => println!(
                "{:20} a reply: {:?}",
                message.channel(),
                message.envelope().successful
            ),
            Some(event) if event.is_typed() => println!("{:20} {event:?}", message.channel()),
            Some(event) => println!("{:20} unknown, kept: {}", message.channel(), event.raw()),
        }
    }
    Ok(())
}
