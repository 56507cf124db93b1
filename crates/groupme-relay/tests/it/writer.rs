//! Writer of a log: every answer of the broker, and every one that is missing.

use core::time::Duration;

use groupme_relay::{
    AccountName, Action, Appended, Broker as _, Content, Entry, Last, MemoryBroker, NodeId, State,
    Stored, Word, Writer,
};

const NOW: Duration = Duration::from_secs(5);

fn writer(node: u64) -> Writer {
    Writer::new(AccountName::new("t", "185").unwrap(), &NodeId::new(node), 1)
}

fn content(text: &str) -> Content {
    Content::event("line.create", "1835", "m/1835/1", "push", text.to_owned())
}

fn last(sequence: u64, entry: &Entry) -> Last {
    Last::Entry(Box::new(Stored::new(sequence, entry)))
}

/// Returns the append that the writer asks for.
#[track_caller]
fn append(writer: &mut Writer, now: Duration) -> (Entry, u64) {
    match writer.poll(now, 1) {
        Some(Action::Append { entry, after }) => (*entry, after),
        other => panic!("{other:?}"),
    }
}

/// Returns a writer that has claimed an empty log, and the claim, stored at 1.
fn claimed(node: u64) -> (Writer, Entry) {
    let mut writer = writer(node);
    assert_eq!(writer.poll(NOW, 1), Some(Action::Last));
    writer.handle_last(NOW, Last::Empty);
    let (claim, after) = append(&mut writer, NOW);
    assert!(claim.is(Word::Claim));
    assert_eq!((after, claim.place), (0, 1));
    writer.handle_appended(NOW, Appended::At(1));
    assert_eq!((writer.state(), writer.at()), (State::Idle, 1));
    (writer, claim)
}

#[test]
fn each_append_names_the_entry_before_and_places_count_by_one() {
    let (mut writer, _) = claimed(1);
    for (number, sequence) in [(2, 7), (3, 9), (4, 10)] {
        let at = writer.at();
        writer.offer(content("a"), Some("1;k".into()));
        let (entry, after) = append(&mut writer, NOW);
        assert_eq!((after, entry.place), (at, number));
        assert_eq!(entry.changes.as_deref(), Some("1;k"));
        writer.handle_appended(NOW, Appended::At(sequence));
        assert_eq!(writer.at(), sequence);
    }
    assert_eq!(writer.poll(NOW, 1), None);
}

#[test]
fn a_claim_continues_the_places_of_the_owner_before() {
    let (mut first, claim) = claimed(1);
    first.offer(content("a"), None);
    let (entry, _) = append(&mut first, NOW);

    let mut second = writer(2);
    assert_eq!(second.poll(NOW, 1), Some(Action::Last));
    second.handle_last(NOW, last(1, &claim));
    // The first owner's append comes in between: the claim is tried again behind it.
    append(&mut second, NOW);
    second.handle_appended(NOW, Appended::Refused);
    assert_eq!(second.poll(NOW, 1), Some(Action::Last));
    second.handle_last(NOW, last(2, &entry));
    let (claim, after) = append(&mut second, NOW);
    assert_eq!((after, claim.place), (2, 3));
    second.handle_appended(NOW, Appended::At(3));
    assert_eq!(second.state(), State::Idle);
}

#[test]
fn an_append_whose_answer_was_lost_is_found_and_not_repeated() {
    let (mut writer, _) = claimed(1);
    writer.offer(content("a"), None);
    let (entry, after) = append(&mut writer, NOW);
    writer.handle_appended(NOW, Appended::Unknown);
    let Some(Action::Wait(until)) = writer.poll(NOW, 1) else {
        panic!("no pause");
    };
    let again = append(&mut writer, until);
    assert_eq!(again, (entry.clone(), after));
    writer.handle_appended(until, Appended::Refused);
    assert_eq!(writer.poll(until, 1), Some(Action::Last));
    writer.handle_last(until, last(2, &entry));
    assert_eq!((writer.state(), writer.at()), (State::Idle, 2));
}

#[test]
fn the_claim_of_another_fences() {
    let (mut writer, _) = claimed(1);
    let (_, other) = claimed(2);
    writer.offer(content("a"), None);
    append(&mut writer, NOW);
    writer.handle_appended(NOW, Appended::Refused);
    writer.handle_last(NOW, last(2, &other));
    assert_eq!(writer.state(), State::Fenced);
    assert_eq!(writer.poll(NOW, 1), None);
}

#[test]
fn a_log_that_lost_its_tail_fences() {
    let (mut writer, _) = claimed(1);
    writer.offer(content("a"), None);
    append(&mut writer, NOW);
    writer.handle_appended(NOW, Appended::Refused);
    writer.handle_last(NOW, Last::Empty);
    assert_eq!(writer.state(), State::Fenced);
}

#[test]
fn after_a_new_connection_the_last_entry_is_compared_by_its_id() {
    // Another's entry may have been given the sequence that a lost one had.
    let (_, other) = claimed(2);
    let (mut writer, _) = claimed(1);
    writer.offer(content("a"), None);
    assert_eq!(writer.poll(NOW, 2), Some(Action::Last));
    writer.handle_last(NOW, last(1, &other));
    assert_eq!(writer.state(), State::Fenced);

    let (mut writer, claim) = claimed(1);
    writer.offer(content("a"), None);
    assert_eq!(writer.poll(NOW, 2), Some(Action::Last));
    writer.handle_last(NOW, last(1, &claim));
    assert!(matches!(
        writer.poll(NOW, 2),
        Some(Action::Append { after: 1, .. })
    ));

    // An idle writer looks, too.
    let (mut writer, claim) = claimed(1);
    assert_eq!(writer.poll(NOW, 2), Some(Action::Last));
    writer.handle_last(NOW, last(1, &claim));
    assert_eq!(writer.poll(NOW, 2), None);
}

#[test]
fn an_append_that_was_stored_before_the_connection_broke_is_found() {
    let (mut writer, _) = claimed(1);
    writer.offer(content("a"), None);
    let (entry, _) = append(&mut writer, NOW);
    writer.handle_appended(NOW, Appended::Unknown);
    let later = NOW + Duration::from_secs(2);
    assert_eq!(writer.poll(later, 2), Some(Action::Last));
    writer.handle_last(later, last(2, &entry));
    assert_eq!((writer.state(), writer.at()), (State::Idle, 2));
}

#[test]
fn a_broker_that_is_away_is_asked_about_once_a_second_for_ever() {
    let (mut writer, _) = claimed(1);
    writer.offer(content("a"), None);
    let (mut now, mut appends) = (NOW, 0);
    while now < NOW + Duration::from_hours(1) {
        match writer.poll(now, 1) {
            Some(Action::Append { .. }) => {
                appends += 1;
                writer.handle_appended(now, Appended::Unknown);
            }
            Some(Action::Wait(until)) => now = until,
            other => panic!("{other:?}"),
        }
    }
    assert!((3_590..3_620).contains(&appends), "{appends}");
    writer.poll(now, 1);
    assert_eq!(writer.state(), State::Busy);
}

#[test]
fn reading_the_log_shows_a_former_owner_that_another_claimed_it() {
    let (mut writer, claim) = claimed(1);
    let (_, other) = claimed(2);
    writer.verify();
    assert_eq!(writer.poll(NOW, 1), Some(Action::Last));
    writer.handle_last(NOW, last(1, &claim));
    assert_eq!(writer.state(), State::Idle);
    writer.verify();
    assert_eq!(writer.poll(NOW, 1), Some(Action::Last));
    writer.handle_last(NOW, last(2, &other));
    assert_eq!(writer.state(), State::Fenced);
}

/// Performs the requests of a writer that believes in this connection, until there is none.
async fn settle(writer: &mut Writer, broker: &MemoryBroker, connection: u64) -> State {
    let account = AccountName::new("t", "185").unwrap();
    while let Some(action) = writer.poll(NOW, connection) {
        match action {
            Action::Append { entry, after } => {
                writer.handle_appended(NOW, broker.append(&entry, after).await);
            }
            Action::Last => writer.handle_last(NOW, broker.last(&account).await),
            other => panic!("{other:?}"),
        }
    }
    writer.state()
}

#[tokio::test(start_paused = true)]
async fn a_sequence_that_a_broker_gives_away_twice_deceives_only_who_does_not_count_connections() {
    for counts in [true, false] {
        let broker = MemoryBroker::new(Duration::from_secs(10), 1);
        let mut first = writer(1);
        settle(&mut first, &broker, broker.connection()).await;
        first.offer(content("a"), None);
        assert_eq!(
            settle(&mut first, &broker, broker.connection()).await,
            State::Idle
        );
        let before = broker.connection();
        broker.stop();
        // The event is lost, and the claim of another gets its sequence.
        broker.start_without(1);
        let mut second = writer(2);
        settle(&mut second, &broker, broker.connection()).await;
        assert_eq!(second.at(), first.at());
        let believed = if counts { broker.connection() } else { before };
        first.offer(content("b"), None);
        let expected = if counts { State::Fenced } else { State::Idle };
        assert_eq!(settle(&mut first, &broker, believed).await, expected);
    }
}
