//! Memory of hostile answers, which are small and unfold when they are read.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use allocation_counter::measure;
use groupme_rest::{
    Call, Error, callback,
    endpoint::{Page, directories, groups, messages, messages::MessagePage, users},
};
use http::{HeaderMap, StatusCode};

/// Largest memory of an answer besides its body: a multiple of the size of the body, and bytes.
const TIMES: u64 = 8;
const FREE: u64 = 8 << 20;
/// Maximum memory for any answer, in bytes.
const MOST: u64 = 112 << 20;

/// Maximum number of objects in an answer.
const OBJECTS: usize = 30_000;
/// Maximum number of values in an answer.
const VALUES: usize = 1_000_000;
/// Number of objects that are allowed however short they are.
const FREE_OBJECTS: usize = 4_096;

/// Decodes an answer, and returns the largest memory that was in use meanwhile, the result
/// included.
fn peak<T, U>(call: &Call<T>, body: &str, then: fn(T) -> U) -> (u64, Result<U, Error>) {
    let mut result = None;
    let measured = measure(|| {
        let answer = call.decode(StatusCode::OK, &HeaderMap::new(), body.as_bytes());
        result = Some(answer.map(then));
    });
    (measured.bytes_max, result.unwrap())
}

fn newest() -> Call<MessagePage> {
    let window = groupme_model::HistoryWindow::Newest;
    messages::list(groupme_model::GroupId::from("1835"), &window, 100)
}

/// Returns a list of an element, many times.
fn list(element: &str, times: usize) -> String {
    let mut body = String::with_capacity((element.len() + 1) * times + 2);
    for index in 0..times {
        body.push(if index == 0 { '[' } else { ',' });
        body.push_str(element);
    }
    body + "]"
}

/// Returns an object of a size, in bytes.
fn object(members: &str, size: usize) -> String {
    let head = format!(r#"{{{members}"pad":""#);
    let padding = "x".repeat(size.saturating_sub(head.len() + 2));
    format!(r#"{head}{padding}"}}"#)
}

#[test]
fn a_callback_at_the_limits_takes_bounded_memory() {
    let attachments =
        |element: &str, times| format!(r#"{{"id":"1","attachments":{}}}"#, list(element, times));
    let mut is_read = Vec::new();
    for body in [
        attachments("{}", 4_000),
        attachments("{}", 1_000),
        attachments(&object("", 256), 1_000),
        attachments(r#"{"type":"emoji","charmap":[[1,2]]}"#, 1_500),
        format!(r#"{{"id":"1","x":{}}}"#, list("0", 90_000)),
        format!(r#"{{"id":"1","x":{}}}"#, list("[]", 60_000)),
        format!(r#"{{"id":"1","x":{}}}"#, list("{}", 4_000)),
        format!(r#"{{"id":"1","text":"{}"}}"#, "\u{1}x".repeat(2)),
        format!(r#"{{"id":"1","text":"{}"}}"#, "é".repeat(120_000)),
    ] {
        let mut result = None;
        let measured = measure(|| result = Some(callback::read(body.as_bytes())));
        let size = body.len() as u64;
        is_read.push(result.unwrap().is_ok());
        let peak = measured.bytes_max;
        assert!(peak <= TIMES * size + FREE, "{size} bytes took {peak}");
    }
    assert!(is_read.contains(&true), "{is_read:?}");
}

fn error<T>((peak, read): (u64, Result<T, Error>)) -> (u64, Option<Error>) {
    (peak, read.err())
}

#[test]
fn an_answer_at_the_limits_takes_bounded_memory_in_every_form() {
    let mut peaks = Vec::new();
    let mut check = |what: &'static str, body: &str, (peak, read): (u64, Option<Error>)| {
        assert!(read.is_none(), "{what} is within the limits: {read:?}");
        peaks.push((what, body.len() as u64, peak));
    };
    // Few short objects, and as many as possible of the least average size.
    for (count, size, row_size) in [(FREE_OBJECTS / 4, 0, 0), (OBJECTS - 1, 260, 300)] {
        let row = list(&object(r#""id":"1","#, row_size), count);
        let read = peak(&newest(), &row, MessagePage::into_messages);
        check("messages", &row, error(read));
        let member = list(&object("", size), count - 1);
        let members = format!(r#"{{"id":"1","members":{member}}}"#);
        let read = peak(&groups::show("1"), &members, |group| group);
        check("members", &members, error(read));
        let copied = format!(r#"{{"id":"1","x":{member}}}"#);
        let read = peak(&users::me(), &copied, |user| user);
        check("objects", &copied, error(read));
    }
    for (count, size) in [(FREE_OBJECTS / 8, 0), (26_000, 480)] {
        let row = list(&object(r#""id":"1","#, size), count);
        let read = peak(&groups::list(Page::default()), &row, |groups| groups);
        check("groups", &row, error(read));
        let found = format!(r#"{{"popular":{row}}}"#);
        let read = peak(&directories::search("x"), &found, |found| found);
        check("groups of a search", &found, error(read));
    }
    for (what, value) in [
        ("numbers", list("1234567", VALUES - 10)),
        ("texts", list(r#""abcdef""#, VALUES - 10)),
        ("lists", list("[      ]", VALUES - 10)),
        ("a text", format!(r#""{}""#, "x".repeat(16_000_000))),
    ] {
        let body = format!(r#"{{"id":"1","x":{value}}}"#);
        let read = peak(&users::me(), &body, |user| user);
        check(what, &body, error(read));
    }
    for (what, body, peak) in peaks {
        let times = peak / body;
        println!("{what}: {body} bytes took {peak}, {times} times");
        assert!(
            peak <= (TIMES * body + FREE).min(MOST),
            "{what}: {peak} of {body}"
        );
    }
}

#[test]
fn short_elements_beyond_the_limits_are_refused() {
    let row = list(r#"{"id":"1"}"#, 9_000);
    let found = format!(r#"{{"popular":{row}}}"#);
    let members = format!(r#"{{"id":"1","members":{}}}"#, list("{}", 9_000));
    let scalars = format!(r#"{{"id":"1","x":{}}}"#, list("1", 200_000));
    let mut peaks = vec![
        peak(&newest(), &row, drop),
        peak(&groups::list(Page::default()), &row, drop),
        peak(&directories::search("x"), &found, drop),
        peak(&groups::show("1"), &members, drop),
        peak(&users::me(), &scalars, drop),
    ];
    // Fewer objects than are free, but large ones in memory.
    let row = list(r#"{"id":"1"}"#, FREE_OBJECTS);
    let found = format!(r#"{{"nearby":{row}}}"#);
    peaks.push(peak(&groups::list(Page::default()), &row, drop));
    peaks.push(peak(&directories::search("x"), &found, drop));
    for (peak, answer) in peaks {
        assert!(
            matches!(answer, Err(Error::Unreadable { .. })),
            "{answer:?}"
        );
        assert!(peak <= FREE, "{peak} bytes");
    }
}

#[test]
fn a_body_of_invalid_utf_8_is_not_repaired_to_three_times_its_size() {
    let mut body = br#"{"id":"1","x":""#.to_vec();
    body.extend(core::iter::repeat_n(0xff, 8_000_000));
    body.extend(br#""}"#);
    let mut result = None;
    let measured = measure(|| {
        let answer = users::me().decode(StatusCode::OK, &HeaderMap::new(), &body);
        result = Some(answer.map(drop));
    });
    assert!(matches!(result, Some(Err(Error::Unreadable { .. }))));
    assert!(
        measured.bytes_max <= 2 * body.len() as u64,
        "{} bytes",
        measured.bytes_max
    );
}

#[test]
fn an_answer_beyond_the_limits_is_refused_before_it_unfolds() {
    for body in [
        list("{}", 5_500_000),
        list("1", 8_000_000),
        list(r#"{"id":"1"}"#, 1_000_000),
        "[".repeat(15_000_000),
        format!(r#"["{}"#, r"\n".repeat(8_000_000)),
    ] {
        let (most, answer) = peak(&newest(), &body, |page| page);
        assert!(matches!(
            answer,
            Err(Error::Unreadable { .. } | Error::CutOff { .. })
        ));
        let times = most.div_ceil(body.len() as u64);
        assert!(times <= 4, "{times} times {} bytes", body.len());
    }
}
