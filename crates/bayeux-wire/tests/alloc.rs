//! Allocation counts: none per frame in steady traffic, and little memory kept after a hostile
//! frame.

use std::sync::Arc;

use allocation_counter::measure;
use bayeux_wire::{Decoder, Frame, Kind, Pool, Value};

/// Counts the allocations of `work`.
fn allocations(work: impl FnOnce()) -> u64 {
    measure(work).count_total
}

/// Returns the payloads that a server sends in one of the busier minutes of the transcripts.
fn traffic() -> Vec<Vec<u8>> {
    let mut frames: Vec<Vec<u8>> = [
        include_str!("fixtures/handshake.response.json"),
        include_str!("fixtures/connect.response.json"),
        include_str!("fixtures/connect.response.with_line_create.json"),
        include_str!("fixtures/delivery.direct_message.create.2025_frame.json"),
        include_str!("fixtures/delivery.line.create.2026.json"),
        include_str!("fixtures/delivery.typing.json"),
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    frames.push(br#"[{"channel":"/a","data":"\ud83d \ud83d\ude00 \u00e9 \"\n"},null]"#.to_vec());
    frames.push(b"[{\"channel\":\"/a\",\"data\":".to_vec());
    frames.push(b"null".to_vec());
    frames
}

/// Visits every value inside `value`, and counts them.
fn walk(value: Value<'_>) -> usize {
    match value.kind() {
        Kind::Array(items) => items.map(walk).sum(),
        Kind::Object(entries) => entries.map(|(key, value)| key.len() + walk(value)).sum(),
        Kind::Str(text) => text.len(),
        _ => 1,
    }
}

fn read(frame: &Frame) -> usize {
    let each = frame.messages().map(|message| {
        let envelope = message.envelope();
        let data = message.data().map_or(0, walk);
        envelope.channel.len() + data + message.value().get("clientId").map_or(0, Value::len)
    });
    each.sum()
}

#[test]
fn steady_traffic_is_decoded_and_read_without_allocating() {
    let traffic = traffic();
    let (mut decoder, mut frame) = (Decoder::new(), Frame::new());
    let mut seen = 0;
    let mut round = || {
        for payload in &traffic {
            frame.clear();
            // In pieces, as a socket delivers them.
            for piece in payload.chunks(100) {
                frame.extend_from_slice(piece);
            }
            if decoder.decode(&mut frame).is_ok() {
                seen += read(&frame);
            }
        }
    };
    assert!(allocations(&mut round) > 0, "the buffers have to grow once");
    assert_eq!(allocations(|| (0..100).for_each(|_| round())), 0);
    assert!(seen > 0);
}

#[test]
fn frames_from_a_pool_are_shared_without_allocating() {
    let traffic = traffic();
    let (mut decoder, mut pool) = (Decoder::new(), Pool::new(4));
    let mut held = None;
    let mut seen = 0;
    let mut round = || {
        for payload in &traffic {
            let mut frame = pool.take();
            let filling = Arc::make_mut(&mut frame);
            filling.extend_from_slice(payload);
            let outcome = decoder.decode(filling);
            pool.recycle(&frame);
            if outcome.is_ok() {
                seen += read(&frame);
                // Each frame is held until the next one arrives.
                held = Some(frame);
            }
        }
    };
    // Each frame grows once, at its first large payload.
    (0..10).for_each(|_| round());
    assert_eq!(allocations(|| (0..100).for_each(|_| round())), 0);
    assert!(seen > 0 && held.is_some());
}

#[test]
fn a_hostile_frame_leaves_no_memory_behind() {
    let ones = format!("[{}1]", "1,".repeat(131_070)).into_bytes();
    let brackets = vec![b'['; 262_144];
    let unclosed = [&b"["[..], &ones[..262_142], b"\""].concat();
    let mut commas = vec![b','; 262_143];
    commas.push(b'"');
    let messages = format!("[{}{{}}]", "{},".repeat(87_000)).into_bytes();
    let escapes = format!(r#"["{}"]"#, r"\n".repeat(131_000)).into_bytes();
    // One more than fits into a list that grows by doubling.
    let a_one_more = format!("[{}1]", "1,".repeat(65_536)).into_bytes();
    let a_message_more = format!("[{}{{}}]", "{},".repeat(65_536)).into_bytes();
    for hostile in [
        ones,
        brackets,
        unclosed,
        commas,
        messages,
        escapes,
        a_one_more,
        a_message_more,
    ] {
        let (mut decoder, mut frame) = (Decoder::new(), Frame::new());
        frame.extend_from_slice(br#"[{"channel":"/a"}]"#);
        decoder.decode(&mut frame).unwrap();
        let memory = measure(|| {
            frame.clear();
            frame.extend_from_slice(&hostile);
            let _ = decoder.decode(&mut frame);
            frame.clear();
        });
        let len = u64::try_from(hostile.len()).unwrap();
        assert!(memory.bytes_max < len * 24, "{} bytes", memory.bytes_max);
        let kept = memory.bytes_current;
        assert!(kept < 4096, "{kept} bytes kept");

        frame.extend_from_slice(br#"[{"channel":"/b"}]"#);
        decoder.decode(&mut frame).unwrap();
        assert_eq!(frame.message(0).unwrap().channel(), "/b");
    }
}

#[test]
fn a_frame_frees_the_nodes_of_many_small_values() {
    let messages = format!("[{}{{}}]", "{},".repeat(8_000)).into_bytes();
    let ones = format!("[{}1]", "1,".repeat(30_000)).into_bytes();
    for many in [messages, ones] {
        let (mut decoder, mut frame) = (Decoder::new(), Frame::new());
        let memory = measure(|| {
            frame.extend_from_slice(&many);
            decoder.decode(&mut frame).unwrap();
            frame.clear();
        });
        let kept = memory.bytes_current;
        assert!(kept < 160 * 1024, "{kept} bytes kept");
    }
}

#[test]
fn received_bytes_are_freed_once_parsed_or_rejected() {
    let mut decoder = Decoder::new();
    for (len, is_refused) in [(200_000, false), (300_000, true)] {
        let mut frame = Frame::new();
        let large = format!("[\"{}\"]", "x".repeat(len)).into_bytes();
        let memory = measure(|| {
            frame.extend_from_slice(&large);
            assert_eq!(decoder.decode(&mut frame).is_err(), is_refused);
        });
        // The text is still needed after success; the received bytes are not.
        let text = if is_refused { 0 } else { len };
        let kept = usize::try_from(memory.bytes_current).unwrap() - text;
        assert!(kept < 4096, "{kept} bytes kept");
    }
}

#[test]
fn steady_traffic_is_received_into_a_pool_without_allocating() {
    let traffic = traffic();
    let (mut decoder, mut pool) = (Decoder::new(), Pool::new(4));
    let mut seen = 0;
    let mut round = || {
        for payload in &traffic {
            let (one, other) = payload.split_at(payload.len() / 2);
            if let Ok(frame) = pool.receive(&mut decoder, &[one, other]) {
                seen += read(&frame);
                pool.recycle(&frame);
            }
        }
    };
    assert!(allocations(&mut round) > 0, "the buffers have to grow once");
    // Frames are used in turn, so each of them has to receive the largest payload once.
    (0..10).for_each(|_| round());
    assert_eq!(allocations(|| (0..100).for_each(|_| round())), 0);
    assert!(seen > 0);
}
