//! Pages of servers that keep to the order of messages, and of those that do not.

use std::sync::Arc;

use bayeux_wire::{Decoder, Frame};

use super::*;

/// Returns a page of messages with these ids.
fn page(ids: &[impl core::fmt::Display]) -> MessagePage {
    let rows: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    rows_of(&format!("[{}]", rows.join(",")))
}

fn rows_of(body: &str) -> MessagePage {
    let mut frame = Frame::from_bytes(body.as_bytes());
    Decoder::new().decode_value(&mut frame).unwrap();
    let frame = Arc::new(frame);
    let rows = frame.root().unwrap().items();
    let rows = rows.map(|row| MessageRow::new(&frame, row.index()).unwrap());
    MessagePage {
        rows: rows.collect(),
        ..MessagePage::default()
    }
}

/// Behaviour of the server.
#[derive(Clone, Copy, Debug)]
enum Server {
    AsDocumented,
    /// Ignores `after_id` and answers with the newest messages.
    IgnoresAfter,
    /// Ignores all cursors.
    IgnoresCursors,
}

/// Returns the ids that a pager yields from a conversation with the ids from 1 to `total`, and
/// the number of its requests.
fn walk(mut pager: Pager, total: u64, limit: usize, server: Server) -> (Vec<u64>, usize) {
    let number = |id: &MessageId| id.as_str().parse::<u64>().unwrap();
    let (mut walked, mut requests) = (Vec::new(), 0);
    while let Some(window) = pager.poll_window() {
        requests += 1;
        assert!(requests < 1000, "endless");
        let newest_first = (1..=total).rev();
        let ids: Vec<u64> = match (window, server) {
            (HistoryWindow::Before(id), Server::AsDocumented | Server::IgnoresAfter) => {
                newest_first
                    .filter(|other| *other < number(&id))
                    .take(limit)
                    .collect()
            }
            (HistoryWindow::After(id), Server::AsDocumented) => (1..=total)
                .filter(|other| *other > number(&id))
                .take(limit)
                .collect(),
            _ => newest_first.take(limit).collect(),
        };
        let ids: Vec<_> = ids.iter().map(u64::to_string).collect();
        if let Some(page) = pager.handle_page(page(&ids)) {
            assert!(!page.is_empty());
            walked.extend(page.rows().iter().map(|row| number(row.id())));
        }
    }
    (walked, requests)
}

#[test]
fn both_directions_yield_every_message_once_and_end() {
    for total in [0, 1, 9, 10, 11, 35] {
        for limit in [1, 3, 10] {
            let (all, requests) = walk(Pager::backward(None), total, limit, Server::AsDocumented);
            assert!(all.into_iter().eq((1..=total).rev()));
            assert_eq!(
                requests,
                usize::try_from(total).unwrap().div_ceil(limit) + 1
            );
            let forward = Pager::forward("0".into());
            let (all, _) = walk(forward, total, limit, Server::AsDocumented);
            assert!(all.into_iter().eq(1..=total));
        }
    }
}

#[test]
fn both_directions_begin_at_their_cursor() {
    let backward = Pager::backward(Some("8".into()));
    assert_eq!(
        walk(backward, 20, 3, Server::AsDocumented).0,
        [7, 6, 5, 4, 3, 2, 1]
    );
    let forward = Pager::forward("17".into());
    assert_eq!(walk(forward, 20, 2, Server::AsDocumented).0, [18, 19, 20]);
}

#[test]
fn a_cursor_that_does_not_move_is_the_end() {
    assert_eq!(
        walk(Pager::backward(None), 20, 5, Server::IgnoresCursors),
        (vec![20, 19, 18, 17, 16], 2)
    );
    let (walked, requests) = walk(Pager::forward("18".into()), 20, 5, Server::IgnoresCursors);
    assert_eq!((walked, requests), (vec![19, 20], 2));
}

#[test]
fn a_server_that_ignores_after_id_causes_no_gap() {
    for after in 0..=20 {
        for limit in [2, 3, 7, 50] {
            let pager = Pager::forward(after.into());
            let (walked, _) = walk(pager, 20, limit, Server::IgnoresAfter);
            assert!(
                walked.into_iter().eq(after + 1..=20),
                "after {after}, {limit} at once"
            );
        }
    }
}

fn texts(page: &MessagePage) -> Vec<&str> {
    page.rows().iter().map(|row| row.id().as_str()).collect()
}

#[test]
fn a_page_in_any_order_and_with_a_message_twice_is_sorted_and_has_each_once() {
    let mut pager = Pager::backward(None);
    let first = pager.handle_page(page(&[5, 9, 7, 7, 6, 9])).unwrap();
    assert_eq!(texts(&first), ["9", "7", "6", "5"]);
    let before = |id: &str| Some(HistoryWindow::Before(id.into()));
    assert_eq!(pager.poll_window(), before("5"));
    let second = pager.handle_page(page(&[1, 2, 3])).unwrap();
    assert_eq!(texts(&second), ["3", "2", "1"]);
    assert_eq!((pager.poll_window(), pager.misplaced()), (before("1"), 0));

    let mut pager = Pager::forward("4".into());
    assert!(pager.handle_page(page(&[5, 9, 7, 7, 6])).is_none());
    // Nothing lies between the page and the message before it.
    assert_eq!(pager.poll_window(), before("5"));
    let whole = pager.handle_page(page(&[4, 3])).unwrap();
    assert_eq!(texts(&whole), ["5", "6", "7", "9"]);
    let next = pager.handle_page(page(&[10, 10, 11])).unwrap();
    assert_eq!(texts(&next), ["10", "11"]);
}

#[test]
fn messages_behind_the_cursor_that_no_page_before_had_are_counted() {
    let mut pager = Pager::backward(None);
    pager.handle_page(page(&[9, 5])).unwrap();
    let second = pager.handle_page(page(&[8, 7, 6, 4])).unwrap();
    assert_eq!((texts(&second), pager.misplaced()), (vec!["4"], 3));
    // Those of the page before come again where a server ignores cursors.
    let mut pager = Pager::backward(None);
    pager.handle_page(page(&[9, 5])).unwrap();
    assert!(pager.handle_page(page(&[9, 5])).is_none());
    assert_eq!((pager.misplaced(), pager.is_stuck()), (0, true));
}

#[test]
fn ids_are_compared_as_numbers() {
    let mut pager = Pager::backward(Some("1000".into()));
    assert_eq!(pager.handle_page(page(&["999", "998"])).unwrap().len(), 2);
    assert_eq!(
        pager.poll_window(),
        Some(HistoryWindow::Before("998".into()))
    );
    let mut pager = Pager::forward("999".into());
    assert_eq!(pager.handle_page(page(&["1000", "1001"])).unwrap().len(), 2);
    assert_eq!(
        pager.poll_window(),
        Some(HistoryWindow::After("1001".into()))
    );
}

/// Returns a page of messages sent at the time in their ids, with others that have odd ids.
fn page_with(ids: &[&str], odd: &[&str]) -> MessagePage {
    let sent = |id: &str| id[..10].to_owned();
    let rows = ids.iter().map(|id| (*id, sent(id)));
    let odd = odd.iter().map(|id| (*id, sent(ids[0])));
    let rows: Vec<_> = odd
        .chain(rows)
        .map(|(id, sent)| format!(r#"{{"id":"{id}","created_at":{sent}}}"#))
        .collect();
    rows_of(&format!("[{}]", rows.join(",")))
}

#[test]
fn an_id_that_is_no_position_moves_no_cursor_and_comes_once() {
    let newest = ["170000000300000000", "170000000200000000"];
    let oldest = ["170000000100000000", "170000000000000000"];
    for odd in [
        "15",
        "q",
        "",
        "999999999999999999",
        "1",
        "9999999999999999999",
    ] {
        let mut pager = Pager::backward(None);
        let first = pager.handle_page(page_with(&newest, &[odd])).unwrap();
        assert_eq!(first.len(), 3);
        let before = HistoryWindow::Before(newest[1].into());
        assert_eq!(pager.poll_window(), Some(before), "{odd}");
        let second = pager.handle_page(page_with(&oldest, &[odd])).unwrap();
        assert_eq!(second.len(), 2);

        let mut pager = Pager::forward("160000000000000000".into());
        let mut ascending = oldest;
        ascending.reverse();
        let first = pager.handle_page(page_with(&ascending, &[odd])).unwrap();
        assert_eq!(first.len(), 3);
        let after = HistoryWindow::After(oldest[0].into());
        assert_eq!(pager.poll_window(), Some(after), "{odd}");
        assert_eq!(pager.cursor(), Some(&oldest[0].into()));
    }
}

#[test]
fn a_short_id_alone_on_a_page_is_no_position_behind_one_of_today() {
    let mut pager = Pager::backward(Some("170000000300000000".into()));
    assert_eq!(pager.handle_page(page(&["15"])).unwrap().len(), 1);
    assert_eq!((pager.poll_window(), pager.is_stuck()), (None, true));
    let mut pager = Pager::forward("170000000300000000".into());
    assert_eq!(pager.handle_page(page(&["15", "q"])).unwrap().len(), 2);
    assert_eq!((pager.poll_window(), pager.is_stuck()), (None, true));
    let mut pager = Pager::backward(None);
    pager.handle_page(page(&["q"])).unwrap();
    assert!(pager.handle_page(page(&["q"])).is_none());
}

#[test]
fn a_page_without_a_position_is_the_last_one_and_no_end() {
    let mut pager = Pager::backward(None);
    pager.handle_page(page(&["9", "8"])).unwrap();
    assert_eq!(pager.handle_page(page(&["x", "y"])).unwrap().len(), 2);
    assert_eq!((pager.poll_window(), pager.is_stuck()), (None, true));
    let mut pager = Pager::backward(None);
    pager.handle_page(page(&["9", "8"])).unwrap();
    assert!(pager.handle_page(page(&["9", "8"])).is_none());
    assert!(pager.is_stuck());
    let mut pager = Pager::backward(None);
    pager.handle_page(page(&["9", "8"])).unwrap();
    assert!(pager.handle_page(MessagePage::default()).is_none());
    assert!(!pager.is_stuck());
}
