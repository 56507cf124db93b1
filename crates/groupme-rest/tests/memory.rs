//! Memory of hostile answers, which are small and unfold when they are read.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use allocation_counter::measure;
use groupme_rest::{
    Call, Error,
    endpoint::{Page, directories, groups, messages, messages::MessagePage, users},
};
use http::{HeaderMap, StatusCode};

/// Largest memory that one answer may take besides its body, in bytes.
const MOST: u64 = 112 << 20;

/// Most objects and values of an answer.
const OBJECTS: usize = 30_000;
const VALUES: usize = 1_000_000;

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

#[test]
fn an_answer_at_the_limits_takes_bounded_memory_in_every_form() {
    let row = list(r#"{"id":"1"}"#, OBJECTS);
    let wrapped = |value: String| format!(r#"{{"id":"1","x":{value}}}"#);
    let scalars = VALUES - 10;
    let mut peaks = Vec::new();
    let mut check = |what: &'static str, body: usize, (peak, is_ok): (u64, bool)| {
        assert!(is_ok, "{what} is within the limits");
        assert!(peak <= MOST, "{what}: {peak} bytes");
        peaks.push((what, body, peak));
    };
    let (most, page) = peak(&newest(), &row, MessagePage::into_messages);
    check("messages", row.len(), (most, page.is_ok()));
    let (most, read) = peak(&groups::list(Page::default()), &row, |groups| groups);
    check("groups", row.len(), (most, read.is_ok()));
    let found = format!(r#"{{"popular":{}}}"#, list(r#"{"id":"1"}"#, OBJECTS - 1));
    let (most, read) = peak(&directories::search("x"), &found, |found| found);
    check("groups of a search", found.len(), (most, read.is_ok()));
    let members = format!(r#"{{"id":"1","members":{}}}"#, list("{}", OBJECTS - 1));
    let (most, read) = peak(&groups::show("1"), &members, |group| group);
    check("members", members.len(), (most, read.is_ok()));
    for (what, value) in [
        ("numbers", list("1", scalars)),
        ("texts", list(r#""a""#, scalars)),
        ("objects", list(r#"{"a":1}"#, OBJECTS - 1)),
        ("lists", list("[]", scalars)),
    ] {
        let body = wrapped(value);
        let (most, read) = peak(&users::me(), &body, |user| user);
        check(what, body.len(), (most, read.is_ok()));
    }
    for (what, body, peak) in peaks {
        println!("{what}: {body} bytes took {peak}");
    }
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
        assert!(matches!(answer, Err(Error::Unreadable { .. })));
        let times = most.div_ceil(body.len() as u64);
        assert!(times <= 4, "{times} times {} bytes", body.len());
    }
}
