//! Frames that no client sends: fragments, pings, sizes, masks, texts that are not UTF-8.

use core::time::Duration;

use bayeux_server::Options;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::victim::{Victim, answer, impatient};

/// Returns a masked frame; `first` is its first byte.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        size @ 0..126 => frame.push(0x80 | u8::try_from(size).unwrap()),
        size @ 126..65_536 => {
            frame.push(0xfe);
            frame.extend(u16::try_from(size).unwrap().to_be_bytes());
        }
        size => frame.extend(
            [
                &[0x80 | 127][..],
                &u64::try_from(size).unwrap().to_be_bytes(),
            ]
            .concat(),
        ),
    }
    let mask = [1, 2, 3, 4];
    frame.extend(mask);
    let masked = payload.iter().zip(mask.iter().cycle());
    frame.extend(masked.map(|(byte, mask)| byte ^ mask));
    frame
}

/// Returns the code of the close frame at the end of what a server sent, if there is one.
fn code(bytes: &[u8]) -> Option<u16> {
    match bytes {
        [.., 0x88, 2, high, low] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

/// Asks for an empty batch, and waits for the answer.
async fn ask(socket: &mut TcpStream) {
    socket.write_all(&frame(0x81, b"[]")).await.unwrap();
    let mut answer = [0; 4];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, [0x81, 2, b'[', b']']);
}

#[tokio::test]
async fn a_frame_against_the_protocol_ends_its_socket_with_the_code_for_it() {
    let victim = Victim::start(Options::default());
    let announced = |size: u64| [&[0x81, 0xff][..], &size.to_be_bytes(), &[0; 4]].concat();
    for (bytes, expected) in [
        // Frames of a client that are not masked let proxies be fooled (RFC 6455, section 10.3).
        (vec![0x81, 2, b'[', b']'], 1002),
        (frame(0xc1, b"[]"), 1002),
        (frame(0x83, b"[]"), 1002),
        (frame(0x80, b"[]"), 1002),
        ([frame(0x01, b"["), frame(0x81, b"]")].concat(), 1002),
        (frame(0x09, b""), 1002),
        (frame(0x89, &[0; 126]), 1002),
        (frame(0x88, &vec![0; 60_000]), 1002),
        (frame(0x88, b"x"), 1002),
        (frame(0x88, &1006_u16.to_be_bytes()), 1002),
        (frame(0x88, &[0x03, 0xe8, 0xff]), 1007),
        (frame(0x81, b"[\"\xff\"]"), 1007),
        (
            [frame(0x01, b"[\"\xc3"), frame(0x80, b"\"]")].concat(),
            1007,
        ),
        (vec![0x81, 0xfe, 0, 2, 0, 0, 0, 0, b'[', b']'], 1002),
        (announced(1 << 21), 1009),
        (announced(u64::MAX), 1009),
    ] {
        let mut socket = victim.upgrade().await;
        socket.write_all(&bytes).await.unwrap();
        let mut end = Vec::new();
        let reading = async {
            let _ = socket.read_to_end(&mut end).await;
        };
        let ended = tokio::time::timeout(Duration::from_secs(30), reading).await;
        let head = bytes.get(..bytes.len().min(12)).unwrap_or_default();
        assert!(ended.is_ok(), "{head:02x?} is taken: {end:?}");
        assert_eq!(code(&end), Some(expected), "{head:02x?}: {end:02x?}");
    }
    victim.assert_cost(Duration::from_secs(1), 16).await;
}

#[tokio::test]
async fn fragments_and_pings_between_them_are_one_message() {
    let victim = Victim::start(Options::default());
    let mut socket = victim.upgrade().await;
    let fragments = [
        frame(0x01, b"["),
        frame(0x89, b"now"),
        frame(0x00, b""),
        frame(0x80, b"]"),
    ];
    socket.write_all(&fragments.concat()).await.unwrap();
    let mut answers = [0; 9];
    socket.read_exact(&mut answers).await.unwrap();
    assert_eq!(&answers, b"\x8a\x03now\x81\x02[]");
}

#[tokio::test]
async fn endless_pings_and_empty_fragments_end_their_socket() {
    let victim = Victim::start(Options::default());
    for (first, flood) in [
        (Vec::new(), frame(0x89, b"")),
        (Vec::new(), frame(0x89, &[b'x'; 125])),
        (Vec::new(), frame(0x8a, b"")),
        (frame(0x01, b""), frame(0x00, b"")),
        (frame(0x01, b"["), frame(0x00, b" ")),
    ] {
        let socket = victim.upgrade().await;
        let bytes = [first, flood.repeat(300_000)].concat();
        // Ends within its patience.
        answer(socket, &bytes).await;
    }
    // The attacker's bytes are up to 40 MB, twice.
    victim.assert_cost(Duration::from_secs(5), 128).await;
}

#[tokio::test]
async fn a_client_that_pings_and_reads_nothing_is_dropped_without_a_growing_queue() {
    let victim = Victim::start(impatient());
    let mut socket = victim.upgrade().await;
    let pings = [frame(0x89, &[b'x'; 125]).repeat(5_000), frame(0x81, b"[]")].concat();
    let flooding = async { while socket.write_all(&pings).await.is_ok() {} };
    let ended = tokio::time::timeout(Duration::from_mins(1), flooding).await;
    ended.expect("the server drops a client that reads nothing");
    victim.assert_cost(Duration::from_secs(10), 16).await;
}

#[tokio::test]
async fn a_flood_of_messages_leaves_no_large_buffer() {
    let victim = Victim::start(Options::default());
    let mut socket = victim.upgrade().await;
    ask(&mut socket).await;
    let (mut reading, mut writing) = socket.into_split();
    // An event each, as long as a chat's; nobody has a session, so each is refused.
    let event = format!(r#"[{{"channel":"/a","data":"{}"}}]"#, "x".repeat(900));
    let flood = frame(0x81, event.as_bytes()).repeat(1_000);
    let sending = async {
        for _ in 0..20 {
            writing.write_all(&flood).await.unwrap();
        }
        writing.write_all(&frame(0x88, &[])).await.unwrap();
    };
    let mut bytes = vec![0; 64 << 10];
    let receiving = async { while reading.read(&mut bytes).await.is_ok_and(|size| size > 0) {} };
    tokio::join!(sending, receiving);
    victim.assert_cost(Duration::from_secs(20), 8).await;
}

#[tokio::test]
async fn sockets_that_sent_a_large_message_keep_no_buffer_of_it() {
    let victim = Victim::start(Options::default());
    let large = frame(0x81, " ".repeat(900_000).as_bytes());
    let before = victim.grown();
    let mut sockets = Vec::new();
    for _ in 0..200 {
        let mut socket = victim.upgrade().await;
        socket.write_all(&large).await.unwrap();
        ask(&mut socket).await;
        sockets.push(socket);
    }
    let kept = victim.grown().saturating_sub(before) / 200;
    assert!(kept < 64, "{kept} KB for each idle socket");
    // What was announced and does not come is not reserved.
    for socket in &mut sockets {
        let announced = [&[0x81, 0xff][..], &900_000_u64.to_be_bytes(), &[0; 4]].concat();
        socket.write_all(&announced).await.unwrap();
    }
    victim.assert_cost(Duration::from_secs(20), 24).await;
}
